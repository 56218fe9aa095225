-- The bench's data, the same each time: what looks random is a hash of the row's number.
-- :influencers, :campaigns and :participations are put in as numbers.

CREATE SCHEMA bench;

CREATE FUNCTION bench.roll(number bigint, salt int, sides int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(number, salt) & 2147483647) % sides)::int;

CREATE FUNCTION bench.word(number bigint, salt int, words text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN words[1 + bench.roll(number, salt, cardinality(words))];

INSERT INTO category (id, key)
SELECT number, 'category ' || number FROM generate_series(1, 20) AS number;

-- 5 % have no account, half have one, the rest two or three; followers spread over four decades.
CREATE TEMPORARY TABLE account AS
SELECT (i - 1) * 3 + nth AS id, i AS influencer_id,
    (ARRAY[1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7])[1 + bench.roll(i * 3 + nth, 1, 11)] AS platform,
    floor(500 * power(10, bench.roll(i * 3 + nth, 2, 1000000) / 250000.0))::int AS followers
FROM generate_series(1, :influencers::bigint) AS i,
    generate_series(1, (ARRAY[0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3])
        [1 + bench.roll(i, 3, 20)]) AS nth;
CREATE INDEX ON account (influencer_id, followers, id);
ANALYZE account;

INSERT INTO influencer (id, external_id, name, name_key, email, country, categories, category_mask,
    category_overflow, avatar_url, created_at, updated_at, followers, platforms, multi,
    f1, f2, f3, f4, f5, f6, f7)
SELECT i, 'crm-' || i, name, lower(name), 'creator' || i || '@example.com',
    bench.word(i, 12, ARRAY['JP', 'JP', 'JP', 'JP', 'TH', 'TH', 'ID', 'ID', 'VN', 'KR', 'TW', 'US',
        'GB', 'FR', 'DE', NULL]),
    json_build_array('category ' || first, 'category ' || second),
    (1::bigint << (first - 1)) | (1::bigint << (second - 1)), '',
    'https://images.example.com/creators/' || i || '.webp',
    '2025-01-01Z'::timestamptz + i * interval '1 minute',
    '2025-01-01Z'::timestamptz + i * interval '1 minute',
    coalesce(a.followers, 0), coalesce(a.platforms, 0), coalesce(a.multi, false),
    f1, f2, f3, f4, f5, f6, f7
FROM generate_series(1, :influencers::bigint) AS i
CROSS JOIN LATERAL (SELECT
    bench.word(i, 10, ARRAY['Aiko', 'Haruto', 'Somchai', 'Putri', 'Linh', 'Minjun', 'Olivia', '美咲',
        '健太', 'Chloé', 'Jonas', 'Wei']) || ' '
    || bench.word(i, 11, ARRAY['Tanaka', 'Sato', '鈴木', 'Lestari', 'Nguyen', 'Kim', 'Smith',
        'Suzuki', 'Martin', 'Chen']) || ' ' || i AS name,
    1 + bench.roll(i, 13, 20) AS first, 1 + bench.roll(i, 14, 20) AS second) AS made
LEFT JOIN (SELECT influencer_id, max(followers) AS followers,
    bit_or(1 << (platform - 1)) AS platforms, count(*) > count(DISTINCT platform) AS multi,
    max(followers) FILTER (WHERE platform = 1) AS f1,
    max(followers) FILTER (WHERE platform = 2) AS f2,
    max(followers) FILTER (WHERE platform = 3) AS f3,
    max(followers) FILTER (WHERE platform = 4) AS f4,
    max(followers) FILTER (WHERE platform = 5) AS f5,
    max(followers) FILTER (WHERE platform = 6) AS f6,
    max(followers) FILTER (WHERE platform = 7) AS f7
    FROM account GROUP BY influencer_id) AS a ON a.influencer_id = i;

INSERT INTO social_account (id, influencer_id, platform, external_id, handle, handle_key,
    followers, connected_at)
SELECT id, influencer_id, platform, 'account-' || id, 'creator.' || id, 'creator.' || id,
    followers, '2025-06-01Z'::timestamptz + id * interval '1 minute'
FROM account;

INSERT INTO influencer_search (influencer_id, text)
SELECT i.id, concat_ws(chr(10), i.name_key, string_agg(a.handle_key, chr(10) ORDER BY a.id))
FROM influencer i LEFT JOIN social_account a ON a.influencer_id = i.id
GROUP BY i.id, i.name_key;

-- Rules: broad (no country), mid (countries, perhaps a range), rare (a category and a range too).
INSERT INTO campaign (id, title, title_key, brand, search_key, advertiser_id, description,
    cover_image_url, reward, hashtags, mentions, type, selection, affiliate_kind, status,
    post_tracking, platforms, countries, categories, category_mask, category_overflow,
    followers_min, followers_max, capacity, places_taken, application_deadline, starts_at, ends_at,
    created_at, updated_at)
SELECT c, title, lower(title), 'Brand ' || c % 300, lower(title || chr(10) || 'Brand ' || c % 300),
    'advertiser-' || c % 300, repeat('Show the product in your daily life, and say why. ', 4),
    'https://images.example.com/campaigns/' || c || '.webp', 'The product, and 5,000 yen',
    json_build_array('campaign' || c, 'ad'), json_build_array('brand' || c % 300),
    CASE WHEN is_affiliate THEN 'AFFILIATE' ELSE 'SOCIAL' END, bench.roll(c, 21, 6) < 3,
    CASE WHEN is_affiliate THEN bench.word(c, 36, ARRAY['URL_TRACKING', 'ECOMMERCE']) END,
    bench.word(c, 22, ARRAY['ONGOING', 'ONGOING', 'ONGOING', 'ONGOING', 'ONGOING', 'ONGOING',
        'UPCOMING', 'COMPLETED', 'COMPLETED', 'CANCELLED']),
    true, 1 + bench.roll(c, 23, 127),
    CASE breadth WHEN 0 THEN '' WHEN 1 THEN 'JP' WHEN 2 THEN 'ID TH VN' ELSE 'JP KR TW' END,
    CASE WHEN is_rare THEN json_build_array('category ' || topic) ELSE '[]' END,
    CASE WHEN is_rare THEN 1::bigint << (topic - 1) ELSE 0 END, '',
    CASE WHEN has_range THEN 1000 * (1 + bench.roll(c, 26, 10)) END,
    CASE WHEN has_range AND is_rare THEN 100000 END,
    NULL, 0, '2100-01-01Z', '2026-01-01Z', '2100-02-01Z',
    '2025-10-01Z'::timestamptz + c * interval '1 hour',
    '2025-10-01Z'::timestamptz + c * interval '1 hour'
FROM generate_series(1, :campaigns::bigint) AS c
CROSS JOIN LATERAL (SELECT 'Campaign ' || c || ' of the season' AS title,
    bench.roll(c, 20, 4) AS breadth, bench.roll(c, 24, 10) < 2 AS is_rare,
    bench.roll(c, 25, 10) < 4 AS has_range, bench.roll(c, 35, 6) = 5 AS is_affiliate,
    1 + bench.roll(c, 27, 20) AS topic) AS made;

ANALYZE influencer, campaign;

-- A campaign has a fifth to nine fifths of the mean. The step is a prime, so nobody comes twice.
INSERT INTO participation (id, campaign_id, influencer_id, status, selected_account_id,
    selected_platforms, origin, round, version, followers, created_at, updated_at)
SELECT row_number() OVER (), c.id, i.id,
    CASE WHEN a.id IS NULL AND drawn <> 'REMOVED' THEN 'WAITING' ELSE drawn END,
    CASE WHEN drawn NOT IN ('WAITING', 'REMOVED') THEN a.id END, 0,
    bench.word(pair, 31, ARRAY['FORCED', 'SELF']), 1, 1 + bench.roll(pair, 32, 3), i.followers,
    began, began + bench.roll(pair, 34, 5000000) * interval '1 second'
FROM (SELECT c.id, c.selection, nth, 1 + (bench.roll(c.id, 28, :influencers) + nth * 104729::bigint)
        % :influencers AS influencer
    FROM campaign c CROSS JOIN LATERAL
        generate_series(1, :participations / :campaigns / 5
            + bench.roll(c.id, 29, :participations / :campaigns * 8 / 5)) AS nth) AS c
JOIN influencer i ON i.id = c.influencer
LEFT JOIN LATERAL (SELECT id FROM account WHERE influencer_id = i.id
    ORDER BY followers DESC, id DESC LIMIT 1) AS a ON true
CROSS JOIN LATERAL (SELECT c.id * 1000000 + i.id AS pair) AS named
CROSS JOIN LATERAL (SELECT
    '2026-01-01Z'::timestamptz + bench.roll(pair, 33, 20000000) * interval '1 second' AS began,
    CASE WHEN c.selection THEN bench.word(pair, 30, ARRAY['WAITING', 'WAITING', 'WAITING',
        'APPLIED', 'APPLIED', 'APPLIED', 'APPLIED', 'APPLIED', 'REVIEWING', 'REVIEWING',
        'REVIEWING', 'REVIEWING', 'APPROVED', 'APPROVED', 'APPROVED', 'APPROVED', 'REJECTED',
        'REJECTED', 'REJECTED', 'REMOVED'])
    ELSE bench.word(pair, 30, ARRAY['WAITING', 'WAITING', 'WAITING', 'JOINED', 'JOINED', 'JOINED',
        'JOINED', 'JOINED', 'JOINED', 'JOINED', 'JOINED', 'JOINED', 'JOINED', 'JOINED', 'JOINED',
        'JOINED', 'JOINED', 'JOINED', 'JOINED', 'REMOVED'])
    END AS drawn) AS thrown;

UPDATE campaign SET places_taken = taken
FROM (SELECT campaign_id, count(*) AS taken FROM participation
    WHERE status IN ('APPROVED', 'JOINED') GROUP BY campaign_id) AS counted
WHERE id = campaign_id;

INSERT INTO participation_event (id, campaign_id, influencer_id, participation_id, action,
    to_status, round, actor_role, actor_id, occurred_at)
SELECT id, campaign_id, influencer_id, id,
    CASE origin WHEN 'FORCED' THEN 'MARK_JOINED' ELSE 'APPLY' END, status, 1,
    CASE origin WHEN 'FORCED' THEN 'STAFF' ELSE 'INFLUENCER' END, 'somebody', created_at
FROM participation ORDER BY id;

INSERT INTO post (id, campaign_id, participation_id, url, url_digest, status, account_id,
    submitted_at, updated_at)
SELECT row_number() OVER (), campaign_id, id, url, encode(sha256(convert_to(url, 'UTF8')), 'hex'),
    'SUBMITTED', selected_account_id, updated_at, updated_at
FROM participation, LATERAL (SELECT 'https://www.instagram.com/p/' || id AS url) AS made
WHERE status = 'JOINED' AND selected_account_id IS NOT NULL AND bench.roll(id, 40, 10) < 3;

-- In production there are some; they also keep the statements that look for them honest.
INSERT INTO availability_override (campaign_id, influencer_id, availability, set_at)
SELECT c.id, 1 + (bench.roll(c.id, 41, :influencers) + nth * 7919::bigint) % :influencers,
    CASE nth % 2 WHEN 0 THEN 'AVAILABLE' ELSE 'UNAVAILABLE' END, '2026-01-01Z'
FROM campaign c, generate_series(1, 10) AS nth ON CONFLICT DO NOTHING;

SELECT setval(pg_get_serial_sequence(name, 'id'), greatest(highest, 1)) FROM (VALUES
    ('category', (SELECT max(id) FROM category)), ('influencer', (SELECT max(id) FROM influencer)),
    ('social_account', (SELECT max(id) FROM social_account)),
    ('campaign', (SELECT max(id) FROM campaign)),
    ('participation', (SELECT max(id) FROM participation)),
    ('participation_event', (SELECT max(id) FROM participation_event)),
    ('post', (SELECT max(id) FROM post))) AS sequences (name, highest);

-- Where the bench goes back to after each run that wrote.
CREATE TABLE bench.baseline AS
SELECT (SELECT max(id) FROM participation) AS participation,
    (SELECT max(id) FROM participation_event) AS event;
CREATE TABLE bench.places AS SELECT id, places_taken FROM campaign;
-- What the server has counted when all this is there.
CREATE TABLE bench.counts (campaign_id bigint PRIMARY KEY, available bigint);
