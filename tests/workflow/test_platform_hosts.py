"""Which platform a URL is on, and which URLs are the same post."""

import pytest

from workflow.enums import Platform
from workflow.platform_hosts import digest, platform_of_url


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
        ("https://x.com/a/status/1", "https://x.com/a/status/1/photo/1"),
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
