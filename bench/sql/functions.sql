-- What the peers ask the database for, where the SQL is the point and not the server: whose rows a
-- tab has. Joinery itself never calls these; its own statements must come to the same rows.
-- In `public`, where PostGraphile looks for a table's computed columns.

SET client_min_messages = warning;
DROP FUNCTION IF EXISTS campaign_applicants, influencer_jobs, campaign_candidates,
    campaign_candidate_counts, other_candidates, candidate_key, campaign_tab CASCADE;
DROP TYPE IF EXISTS candidate, candidate_count CASCADE;

CREATE FUNCTION campaign_applicants(campaign campaign) RETURNS SETOF participation
LANGUAGE sql STABLE ROWS 50
BEGIN ATOMIC
    SELECT p.* FROM participation p WHERE p.campaign_id = campaign.id
    AND p.status = ANY (ARRAY['APPLIED', 'REVIEWING', 'APPROVED', 'REJECTED'])
    ORDER BY p.updated_at DESC, p.id DESC LIMIT 51;
END;

CREATE FUNCTION influencer_jobs(influencer influencer) RETURNS SETOF participation
LANGUAGE sql STABLE ROWS 20
BEGIN ATOMIC
    SELECT p.* FROM participation p JOIN campaign c ON c.id = p.campaign_id
    WHERE p.influencer_id = influencer.id AND c.status IN ('UPCOMING', 'ONGOING')
    AND (p.status IN ('WAITING', 'APPROVED', 'JOINED')
        OR p.status IN ('APPLIED', 'REVIEWING') AND p.origin = 'FORCED')
    ORDER BY p.updated_at DESC, p.id DESC LIMIT 21;
END;

CREATE TYPE candidate AS (campaign_id bigint, influencer_id bigint, followers int, status text);
COMMENT ON TYPE candidate IS
    E'@foreignKey (influencer_id) references influencer (id)|@fieldName influencer';

CREATE FUNCTION candidate_key(candidate candidate) RETURNS text
LANGUAGE sql STABLE RETURN candidate.campaign_id || '-' || candidate.influencer_id;

CREATE OR REPLACE FUNCTION social_account_platform_name(account social_account) RETURNS text
LANGUAGE sql STABLE RETURN (ARRAY['INSTAGRAM', 'TIKTOK', 'YOUTUBE', 'X', 'FACEBOOK', 'THREADS',
    'LINE'])[account.platform];

CREATE OR REPLACE FUNCTION influencer_connected(influencer influencer) RETURNS SETOF social_account
LANGUAGE sql STABLE ROWS 2
BEGIN ATOMIC
    SELECT a.* FROM social_account a
    WHERE a.influencer_id = influencer.id AND a.disconnected_at IS NULL
    ORDER BY a.followers DESC, a.id DESC;
END;
COMMENT ON FUNCTION influencer_connected IS '@behavior +list -connection';

-- Whether the largest account on one of the platforms is in the range; without a subquery, so that
-- PostgreSQL puts it in line.
CREATE OR REPLACE FUNCTION largest_in_range(platforms int, low int, high int,
    f1 int, f2 int, f3 int, f4 int, f5 int, f6 int, f7 int) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN platforms & 1 <> 0 AND f1 BETWEEN low AND high
    OR platforms & 2 <> 0 AND f2 BETWEEN low AND high
    OR platforms & 4 <> 0 AND f3 BETWEEN low AND high
    OR platforms & 8 <> 0 AND f4 BETWEEN low AND high
    OR platforms & 16 <> 0 AND f5 BETWEEN low AND high
    OR platforms & 32 <> 0 AND f6 BETWEEN low AND high
    OR platforms & 64 <> 0 AND f7 BETWEEN low AND high;

-- AVAILABLE, WAITING and APPLIED (with REVIEWING), the largest first: streams that an index walks,
-- which PostgreSQL merges row by row, as Joinery's own statement has them. One for each country, or
-- one without. Whether an influencer meets the rule, and neither takes part nor is overridden, is
-- one CASE, so that the cheap columns come first and the planner's estimates do not matter.
DO $make$
DECLARE
    rule text := $$i.erased_at IS NULL AND CASE
        WHEN mask <> 0 AND i.category_mask & mask = 0 THEN 0
        WHEN has_range AND i.platforms & wanted <> 0
            AND largest_in_range(wanted, low, high, i.f1, i.f2, i.f3, i.f4, i.f5, i.f6, i.f7)
                IS NOT TRUE
            AND (NOT i.multi OR coalesce((SELECT 1 FROM social_account a
                WHERE a.influencer_id = i.id AND a.disconnected_at IS NULL
                AND wanted & (1 << (a.platform - 1)) <> 0
                AND a.followers BETWEEN low AND high LIMIT 1), 0) = 0) THEN 0
        WHEN coalesce((SELECT 1 FROM participation q WHERE q.campaign_id = key
            AND q.influencer_id = i.id AND q.status <> 'REMOVED' LIMIT 1), 0) = 1 THEN 0
        WHEN coalesce((SELECT 1 FROM availability_override q WHERE q.campaign_id = key
            AND q.influencer_id = i.id LIMIT 1), 0) = 1 THEN 0
        ELSE 1 END <> 0$$;
    available text := $$SELECT * FROM (SELECT key, i.id, i.followers, 'AVAILABLE' FROM influencer i
        WHERE %s $$ || rule || $$ ORDER BY i.followers DESC, i.id DESC LIMIT page) s$$;
    overridden text := $$SELECT * FROM (SELECT key, i.id, i.followers, 'AVAILABLE'
        FROM influencer i JOIN availability_override o ON o.influencer_id = i.id
        WHERE o.campaign_id = key AND o.availability = 'AVAILABLE' AND i.erased_at IS NULL
        AND is_open AND coalesce((SELECT 1 FROM participation q WHERE q.campaign_id = key
            AND q.influencer_id = i.id AND q.status <> 'REMOVED' LIMIT 1), 0) = 0
        ORDER BY i.followers DESC, i.id DESC LIMIT page) s$$;
    stored text := (SELECT string_agg(format($$SELECT * FROM (
        SELECT key, p.influencer_id, p.followers, %L FROM participation p
        JOIN influencer i ON i.id = p.influencer_id
        WHERE p.campaign_id = key AND p.status = %L AND i.erased_at IS NULL
        ORDER BY p.followers DESC, p.influencer_id DESC LIMIT page) s$$, shown, status),
        ' UNION ALL ') FROM (VALUES ('WAITING', 'WAITING'), ('APPLIED', 'APPLIED'),
            ('APPLIED', 'REVIEWING')) AS listing (shown, status));
    others text := overridden || ' UNION ALL ' || stored;
    merged text := 'RETURN QUERY SELECT * FROM (%s) AS t ORDER BY 3 DESC, 2 DESC LIMIT page;';
    everybody text := format(available, '') || ' UNION ALL ' || others;
    one_country text := format(available, 'i.country = listed[1] AND') || ' UNION ALL ' || others;
    three_countries text := (SELECT string_agg(format(available,
        format('i.country = listed[%s] AND', place)), ' UNION ALL ')
        FROM generate_series(1, 3) AS place) || ' UNION ALL ' || others;
    more_countries text := 'SELECT found.* FROM unnest(listed) AS listing (code) CROSS JOIN LATERAL ('
        || format(available, 'i.country = listing.code AND') || ') AS found UNION ALL ' || others;
BEGIN
    EXECUTE format($function$
        CREATE FUNCTION campaign_candidates(campaign campaign, page int DEFAULT 51)
        RETURNS SETOF candidate LANGUAGE plpgsql STABLE ROWS 51
        SET plan_cache_mode = force_generic_plan AS $body$
        DECLARE
            key bigint := campaign.id;
            is_open boolean := campaign.status IN ('UPCOMING', 'ONGOING');
            listed text[] := string_to_array(campaign.countries, ' ');
            mask bigint := campaign.category_mask;
            wanted int := campaign.platforms;
            has_range boolean :=
                campaign.followers_min IS NOT NULL OR campaign.followers_max IS NOT NULL;
            low int := coalesce(campaign.followers_min, 0);
            high int := coalesce(campaign.followers_max, 2147483647);
        BEGIN
            IF NOT is_open THEN %s
            ELSIF cardinality(listed) = 0 THEN %s
            ELSIF cardinality(listed) = 1 THEN %s
            ELSIF cardinality(listed) <= 3 THEN %s
            ELSE %s
            END IF;
        END $body$ $function$, format(merged, others), format(merged, everybody),
        format(merged, one_country), format(merged, three_countries),
        format(merged, more_countries));
END $make$;

-- The same for PostGraphile, which would want to page with arguments of its own.
CREATE FUNCTION campaign_tab(campaign campaign) RETURNS SETOF candidate
LANGUAGE sql STABLE ROWS 51
BEGIN ATOMIC
    SELECT * FROM campaign_candidates(campaign, 51);
END;

CREATE TYPE candidate_count AS (status text, count int, exact boolean);

-- How many were available (campaign 0: how many there are) when they were counted, and what has
-- been added since.
CREATE OR REPLACE FUNCTION kept_number(campaign bigint) RETURNS int
LANGUAGE sql STABLE
RETURN (SELECT k.available + (SELECT coalesce(sum(d.change), 0) FROM availability_delta d
    WHERE d.campaign_id = k.campaign_id) FROM availability_count k WHERE k.campaign_id = campaign)::int;

-- Every row of the tab has exactly one status; a campaign that is closed is available to nobody.
CREATE FUNCTION campaign_candidate_counts(campaign campaign)
RETURNS SETOF candidate_count LANGUAGE sql STABLE ROWS 6
BEGIN ATOMIC
    WITH stored AS MATERIALIZED (SELECT
        CASE WHEN p.status = 'REVIEWING' THEN 'APPLIED' WHEN p.status = 'APPROVED' THEN 'JOINED'
            ELSE p.status END AS status, sum(p.count)::int AS count
        FROM (SELECT p.status::text, count(*) FROM participation p
            WHERE p.campaign_id = campaign.id AND p.status <> 'REMOVED' AND NOT EXISTS (
                SELECT FROM influencer i WHERE i.id = p.influencer_id AND i.erased_at IS NOT NULL)
            GROUP BY p.status) AS p
        GROUP BY 1),
    available AS MATERIALIZED (SELECT CASE WHEN campaign.status IN ('UPCOMING', 'ONGOING')
        THEN kept_number(campaign.id) ELSE 0 END AS count)
    SELECT listed.status, CASE listed.status
        WHEN 'UNAVAILABLE' THEN kept_number(0) - (SELECT count FROM available)
            - coalesce((SELECT sum(s.count)::int FROM stored s), 0)
        WHEN 'AVAILABLE' THEN (SELECT count FROM available)
        ELSE coalesce(stored.count, 0) END, true
    FROM unnest(ARRAY['UNAVAILABLE', 'AVAILABLE', 'WAITING', 'APPLIED', 'JOINED', 'REJECTED'])
        WITH ORDINALITY AS listed (status, place)
    LEFT JOIN stored ON stored.status = listed.status ORDER BY listed.place;
END;
COMMENT ON FUNCTION campaign_candidate_counts IS '@behavior +list -connection';
