"""Addresses of posts: the post that a URL names, and URLs that name the same one."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.enums import Platform
from workflow.post_addresses import digest, example, is_short_link, read, without_name

# Each line names one post of the platform, whose id stands where {id} does.
FORMS = {
    Platform.INSTAGRAM: """
        www.instagram.com/p/{id}/ | instagram.com/reel/{id} | instagram.com/reels/{id}/
        www.instagram.com/tv/{id}/ | m.instagram.com/p/{id} | instagr.am/p/{id}
        www.instagram.com/putri.lestari/p/{id}/ | www.instagram.com/putri.lestari/reel/{id}/
        www.instagram.com/p/{id}/embed/captioned/ | www.instagram.com/p/{id}/c/1789/
        """,
    Platform.TIKTOK: """
        www.tiktok.com/@putri.lestari/video/{id} | tiktok.com/@putri/photo/{id}
        m.tiktok.com/v/{id}.html | www.tiktok.com/embed/v2/{id} | www.tiktok.com/embed/{id}
        www.tiktok.com/player/v1/{id} | www.tiktok.com/@/video/{id} | tiktok.com/@putri/{id}
        www.tiktok.com/en-US/@putri/video/{id} | t.tiktok.com/i18n/share/video/{id}
        """,
    Platform.YOUTUBE: """
        www.youtube.com/watch?v={id} | youtu.be/{id} | www.youtube.com/shorts/{id}
        youtube.com/live/{id} | www.youtube.com/embed/{id} | www.youtube.com/v/{id}
        m.youtube.com/watch?v={id} | music.youtube.com/watch?v={id} | youtu.be/watch?v={id}
        www.youtube-nocookie.com/embed/{id} | m.youtube.com/watch?list=PL1&index=2&v={id}
        """,
    Platform.X: """
        x.com/putri/status/{id} | twitter.com/putri/status/{id} | mobile.twitter.com/a/status/{id}
        x.com/i/status/{id} | x.com/i/web/status/{id} | twitter.com/putri/statuses/{id}
        x.com/putri/status/{id}/photo/1 | www.x.com/putri/status/{id}/video/1
        twitter.com/statuses/{id} | platform.twitter.com/embed/Tweet.html?id={id}
        """,
    Platform.FACEBOOK: """
        www.facebook.com/putri/posts/{id} | m.facebook.com/story.php?story_fbid={id}&id=100
        www.facebook.com/permalink.php?story_fbid={id}&id=100 | fb.com/putri/posts/{id}
        www.facebook.com/photo?fbid={id}&set=a.5 | www.facebook.com/photo.php?fbid={id}
        www.facebook.com/putri/photos/a.5/{id}/ | www.facebook.com/watch/?v={id}
        web.facebook.com/watch?v={id} | www.facebook.com/reel/{id} | id-id.facebook.com/reel/{id}
        www.facebook.com/putri/reel/{id}
        www.facebook.com/putri/videos/{id}/ | www.facebook.com/putri/videos/some-title/{id}/
        www.facebook.com/groups/7/posts/{id}/ | www.facebook.com/groups/7/permalink/{id}
        mbasic.facebook.com/putri/posts/some-title/{id} | www.facebook.com/watch/live/?v={id}
        """,
    Platform.THREADS: """
        www.threads.net/@putri/post/{id} | www.threads.com/@putri/post/{id} | threads.net/t/{id}
        threads.com/@putri/post/{id}/media | www.threads.net/@putri/post/{id}/embed
        """,
    Platform.LINE: """
        linevoom.line.me/post/{id} | linevoom.line.me/post/_dQaZLNM1vIpHI7r3/{id}
        timeline.line.me/post/_dQaZLNM1vIpHI7r3/{id} | voom.line.me/post/{id}
        line.me/R/home/public/post?id=665xzprl&postId={id}
        """,
}
# Each line is an address on the platform that is no post's.
NO_POSTS = {
    Platform.INSTAGRAM: """
        instagram.com | www.instagram.com/putri.lestari/ | www.instagram.com/putri.lestari/reels/
        www.instagram.com/explore/tags/food/ | l.instagram.com/?u=https%3A%2F%2Fexample.com
        www.instagram.com/p/ | www.instagram.com/putri/p/ | www.instagram.com/putri/reel
        www.instagram.com/stories/putri/ | www.instagram.com/reels/audio/123/
        """,
    Platform.TIKTOK: """
        www.tiktok.com/ | www.tiktok.com/@putri?lang=en | www.tiktok.com/@putri/live
        www.tiktok.com/@putri/video/ | www.tiktok.com/@putri/photo | www.tiktok.com/discover/food
        www.tiktok.com/tag/food | www.tiktok.com/music/song-7 | vm.tiktok.com
        """,
    Platform.YOUTUBE: """
        www.youtube.com/ | www.youtube.com/@putri | www.youtube.com/@putri/shorts
        www.youtube.com/channel/UC1 | www.youtube.com/c/putri/videos | www.youtube.com/user/putri
        www.youtube.com/redirect?q=https%3A%2F%2Fexample.com | www.youtube.com/playlist?list=PL1
        www.youtube.com/watch | www.youtube.com/embed/videoseries?list=PL1 | youtu.be
        www.youtube.com/watch?v=aaaaaaaaaaa&v=bbbbbbbbbbb | www.youtube.com/results?search_query=a
        """,
    Platform.X: """
        x.com | x.com/putri | twitter.com/putri/media | x.com/search?q=a | x.com/hashtag/food
        twitter.com/intent/tweet?url=https%3A%2F%2Fexample.com | x.com/i/user/12 | x.com/home
        x.com/putri/status/ | x.com/putri/statuses
        """,
    Platform.FACEBOOK: """
        www.facebook.com | www.facebook.com/putri | www.facebook.com/profile.php?id=100
        www.facebook.com/putri/photos | www.facebook.com/groups/7 | www.facebook.com/people/Putri/1
        l.facebook.com/l.php?u=https%3A%2F%2Fexample.com | www.facebook.com/l.php?u=https%3A%2F%2Fa
        www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fexample.com | www.facebook.com/watch
        """,
    Platform.THREADS: """
        www.threads.net/ | www.threads.com/@putri | www.threads.net/@putri/replies
        www.threads.com/@putri/post/
        l.threads.com/?u=https%3A%2F%2Fexample.com
        """,
    Platform.LINE: """
        line.me | linevoom.line.me/user/_dQaZLNM1vIpHI7r3 | line.me/R/ti/p/@putri
        page.line.me/665xzprl | liff.line.me/1-a
        """,
}
SHORT_LINKS = """
    vm.tiktok.com/ZS1/ | vt.tiktok.com/ZS1 | www.tiktok.com/t/ZS1/ | fb.watch/a_B/
    www.facebook.com/share/p/1A7j/ | www.facebook.com/share/1A7j/ | www.facebook.com/share/v/1A7j
    www.instagram.com/share/reel/BAxyz/ | www.instagram.com/share/p/BAxyz | lin.ee/8P8N
    """
SHARED = {
    "_d": "e", "_r": "1", "_t": "8", "fbclid": "I", "igsh": "M==", "is_from_webapp": "1",
    "rdid": "x", "s": "20", "sec_user_id": "M", "share_item_id": "7", "share_url": "https://a/b",
    "si": "q", "source": "h5_m", "t": "9s", "tt_from": "copy", "u_code": "d", "utm_source": "qr",
    "cxt": "HH", "anything": "else", "hl": "id", "__tn__": ",O",
}  # fmt: skip
_LETTERS = "ABCxyz0123456789_-"
IDS = {
    Platform.INSTAGRAM: st.text(_LETTERS, min_size=1, max_size=39),
    Platform.THREADS: st.text(_LETTERS, min_size=1, max_size=39),
    Platform.YOUTUBE: st.text(_LETTERS, min_size=11, max_size=11),
}
NUMBERS = st.integers(1, 10**19).map(str)


def listed(text: str) -> list[str]:
    return [f"https://{one}" for one in text.replace("|", " ").split()]


EVERY_FORM = [(platform, form) for platform, text in FORMS.items() for form in listed(text)]


@st.composite
def addresses_of(draw: st.DrawFn, platform: Platform, name: str) -> str:
    """An address of the post, in any form, however it was shared."""
    url = draw(st.sampled_from(listed(FORMS[platform]))).replace("{id}", name)
    shared = draw(st.lists(st.sampled_from([*SHARED]), unique=True, max_size=4))
    if shared:
        url += "&" if "?" in url else draw(st.sampled_from(["?", "/?"]))
        url += urlencode({key: SHARED[key] for key in shared})
    _, _, host, *path = url.split("/")
    host = draw(st.sampled_from([host, host.upper(), f"{host}:443", f"{host}."]))
    odd = draw(st.sampled_from(["", "./", "/", "a/../", "b/%2E%2e/"]))
    return f"https://{host}/{odd}{'/'.join(path)}{draw(st.sampled_from(['', '#x', '#']))}"


@given(data=st.data(), platform=st.sampled_from(Platform))
def test_every_address_of_a_post_is_that_post(data: st.DataObject, platform: Platform):
    names = IDS.get(platform, NUMBERS)
    one, other = data.draw(st.tuples(names, names))
    first, second = data.draw(addresses_of(platform, one)), data.draw(addresses_of(platform, other))

    found = read(first)

    assert found is not None
    assert (found.platform, found.is_post, found.is_short_link) == (platform, True, False)
    assert (digest(first) == digest(second)) == (one == other)


@pytest.mark.parametrize(("platform", "form"), EVERY_FORM)
def test_each_form_is_known(platform: Platform, form: str):
    url = form.format(id="12345678901")

    assert digest(url) == digest(listed(FORMS[platform])[0].format(id="12345678901"))
    assert digest(url) != digest(form.format(id="12345678902"))


@pytest.mark.parametrize(
    ("platform", "url"),
    [(platform, url) for platform, text in NO_POSTS.items() for url in listed(text)],
)
def test_what_is_no_post_is_known_as_that(platform: Platform, url: str):
    found = read(url)

    assert found is not None
    assert (found.platform, found.is_post) == (platform, False)


@pytest.mark.parametrize("platform", Platform)
def test_the_example_of_a_post_is_one(platform: Platform):
    found = read(example(platform))

    assert found is not None
    assert found.compared.startswith(f"{platform}:")


@pytest.mark.parametrize("url", listed(SHORT_LINKS))
def test_short_links_are_told_apart_by_their_code_alone(url: str):
    assert is_short_link(url)
    assert digest(url) == digest(f"{url}?k=1&mibextid=x#top")
    assert digest(url) != digest(url.rstrip("/") + "2")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.instagram.com/s/aGlnaGxpZ2h0?story_media_id=1",
        "https://x.com/i/spaces/1OwxWzZLLkkKQ",
        "https://www.facebook.com/media/set/?set=a.5",
        "https://today.line.me/jp/v2/article/abc",
    ],
)
def test_other_addresses_are_compared_as_text(url: str):
    found = read(url)

    assert found is not None
    assert (found.is_post, found.is_short_link) == (True, False)
    assert digest(url) == digest(f"{url}{'&' if '?' in url else '/?'}utm_source=x&rdid=1#top")
    assert digest(url) != digest(f"{url}2")


def test_ids_keep_their_case():
    assert digest("https://youtu.be/dQw4w9WgXcQ") != digest("https://youtu.be/dqw4w9wgxcq")
    assert digest("https://instagram.com/P/AbC") == digest("https://instagram.com/p/AbC")


def platform_of_url(url: str) -> Platform | None:
    found = read(url)
    return found and found.platform


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("https://www.instagram.com/p/abc/", Platform.INSTAGRAM),
        ("https://INSTAGRAM.com:443/p/abc", Platform.INSTAGRAM),
        ("https://vt.tiktok.com/ZS1/", Platform.TIKTOK),
        ("https://youtu.be/abc", Platform.YOUTUBE),
        ("https://m.youtube.com/watch?v=abc", Platform.YOUTUBE),
        ("https://twitter.com/a/status/1", Platform.X),
        ("https://x.com/a/status/1", Platform.X),
        ("https://fb.watch/abc", Platform.FACEBOOK),
        ("https://www.threads.net/@a/post/1", Platform.THREADS),
        ("https://voom.line.me/post/1", Platform.LINE),
    ],
)
def test_a_host_belongs_to_a_platform(url: str, platform: Platform):
    assert platform_of_url(url) is platform


@pytest.mark.parametrize(
    "url",
    [
        "http://www.instagram.com/p/abc",
        "https://instagram.com.evil.example/p/abc",
        "https://notinstagram.com/p/abc",
        "https://evil.example/instagram.com",
        "https://instagram.com@evil.example/",
        "https://evil.example\\.instagram.com/",
        "https://instagram.com:8443/p/abc",
        "https://instagram.com:port/p/abc",
        "https://[instagram.com/p/abc",
        "https://instagram.com../p/abc",
        "https://ｉnstagram.com/p/abc",
        "https://ínstagram.com/p/abc",
        "https://instagram.com%2f@evil.example/p/abc",
        "https://",
        "mailto:a@instagram.com",
    ],
)
def test_other_urls_belong_to_none(url: str):
    assert platform_of_url(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://www.instagram.com/p/AbC",
        "https://WWW.Instagram.com/p/AbC/",
        "https://www.instagram.com:443/p/AbC",
        "https://www.instagram.com/p/AbC#comments",
        "https://www.instagram.com/p/AbC/?igsh=MzRlODBiNWFlZA==&utm_source=qr",
        "https://www.instagram.com/p/AbC?fbclid=1&UTM_Medium=x",
        "https://instagram.com/p/AbC?",
    ],
)
def test_what_does_not_tell_posts_apart_is_left_out(url: str):
    assert digest(url) == digest("https://www.instagram.com/p/AbC")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.instagram.com/p/AbC", "https://www.instagram.com/p/abc"),
        ("https://youtube.com/watch?v=a&t=1s", "https://youtube.com/watch?v=b&t=1s"),
        ("https://youtube.com/watch?v=a&si=1", "https://youtube.com/watch?v=b&si=1"),
        ("https://facebook.com/story.php?id=1", "https://facebook.com/story.php?id=2"),
    ],
)
def test_what_tells_posts_apart_is_kept(one: str, other: str):
    assert digest(one) != digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://x.com/a/status/1", "https://x.com/a/status/1?s=20&t=AbC"),
        ("https://youtube.com/watch?v=a", "https://m.youtube.com/watch?v=a&t=9s&ab_channel=b"),
        ("https://instagram.com/p/a", "https://instagram.com/p/a/?img_index=2"),
    ],
)
def test_how_a_post_was_shared_does_not_tell_it_apart(one: str, other: str):
    assert digest(one) == digest(other)


def test_the_order_of_parameters_does_not_matter():
    assert digest("https://facebook.com/story.php?id=1&story_fbid=2") == digest(
        "https://facebook.com/story.php?story_fbid=2&mibextid=x&id=1"
    )


# Addresses without the name

NAMED = ("putri", "lestari", "_dQaZLNM1vIpHI7r3", "665xzprl", "groups", "title", "@")


@pytest.mark.parametrize(("platform", "form"), EVERY_FORM)
def test_an_address_of_a_known_form_stays_that_post_without_the_name(platform: Platform, form: str):
    url = form.format(id="12345678901")
    nameless = without_name(f"{url}{'&' if '?' in url else '?'}igsh=putri#putri")
    assert digest(nameless) == digest(url)
    assert "12345678901" in nameless
    assert not [name for name in NAMED if name in nameless]
    assert without_name(nameless) == nameless
    assert platform is platform_of_url(nameless)


@pytest.mark.parametrize(
    ("url", "nameless"),
    [
        ("https://www.instagram.com/putri/reel/Cab1/", "https://www.instagram.com/p/Cab1/"),
        ("https://www.instagram.com/stories/putri/31/", "https://www.instagram.com/p/31/"),
        ("https://twitter.com/putri/status/17?s=20", "https://x.com/i/web/status/17"),
        ("https://m.facebook.com/putri/reel/5", "https://www.facebook.com/reel/5"),
        ("https://www.facebook.com/putri/videos/5", "https://www.facebook.com/video.php?v=5"),
        ("https://web.facebook.com/watch/?v=5", "https://www.facebook.com/watch?v=5"),
        ("https://www.facebook.com/putri/photos/a.1/5", "https://www.facebook.com/photo?fbid=5"),
        (
            "https://www.facebook.com/putri/posts/putri-writes/5",
            "https://www.facebook.com/permalink.php?story_fbid=5",
        ),
        (
            "https://www.youtube.com/@putri/community?lb=UgkxPutrisPostIsThisOne",
            "https://www.youtube.com/post/UgkxPutrisPostIsThisOne",
        ),
        ("https://vm.tiktok.com/ZSabc/?u_code=putri", "https://vm.tiktok.com/ZSabc"),
        ("https://www.instagram.com/putri/story/of/putri?a=putri", "https://instagram.com/"),
        ("https://putri.tiktok.com/a/b/c/d/e", "https://tiktok.com/"),
        ("https://putri.example.com/putri", "https://unknown.invalid/"),
        ("not even an address of putri", "https://unknown.invalid/"),
    ],
)
def test_an_address_keeps_what_names_the_post_and_nobody(url: str, nameless: str):
    assert without_name(url) == nameless
    assert without_name(nameless) == nameless
