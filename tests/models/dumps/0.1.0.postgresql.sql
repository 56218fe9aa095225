SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';
CREATE FUNCTION public.participation_event_is_history() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION 'participation_event is history: it takes no % ', TG_OP
            USING ERRCODE = 'restrict_violation';
    END $$;
CREATE FUNCTION public.search_grams(text text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    DECLARE
        letters text[] := string_to_array(text, NULL);
        grams text[] := letters;
    BEGIN
        FOR place IN 2 .. cardinality(letters) LOOP
            grams[cardinality(letters) + place - 1] := letters[place - 1] || letters[place];
        END LOOP;
        RETURN grams;
    END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.availability_count (
    campaign_id bigint NOT NULL,
    available bigint,
    is_stale boolean NOT NULL,
    version integer NOT NULL
);
CREATE TABLE public.availability_delta (
    id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    change integer NOT NULL,
    xid bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL
);
CREATE SEQUENCE public.availability_delta_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.availability_delta_id_seq OWNED BY public.availability_delta.id;
CREATE TABLE public.availability_override (
    id bigint NOT NULL,
    availability character varying(20) NOT NULL,
    set_at timestamp with time zone NOT NULL,
    campaign_id bigint NOT NULL,
    influencer_id bigint NOT NULL,
    CONSTRAINT override_value CHECK (((availability)::text = ANY ((ARRAY['AVAILABLE'::character varying, 'UNAVAILABLE'::character varying])::text[])))
);
COMMENT ON COLUMN public.availability_override.availability IS 'AVAILABLE: AVAILABLE\nUNAVAILABLE: UNAVAILABLE';
CREATE SEQUENCE public.availability_override_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.availability_override_id_seq OWNED BY public.availability_override.id;
CREATE TABLE public.campaign (
    id bigint NOT NULL,
    title character varying(200) NOT NULL,
    title_key text NOT NULL COLLATE pg_catalog."C",
    brand character varying(200) NOT NULL,
    search_key text NOT NULL,
    advertiser_id character varying(200),
    description text NOT NULL,
    cover_image_url character varying(2048),
    reward character varying(2000),
    hashtags jsonb NOT NULL,
    mentions jsonb NOT NULL,
    type character varying(20) NOT NULL,
    status character varying(20) NOT NULL,
    post_tracking boolean NOT NULL,
    platforms smallint NOT NULL,
    countries text NOT NULL,
    categories jsonb NOT NULL,
    category_mask bigint NOT NULL,
    category_overflow text NOT NULL,
    followers_min integer,
    followers_max integer,
    capacity integer,
    places_taken integer NOT NULL,
    application_deadline timestamp with time zone,
    starts_at timestamp with time zone,
    ends_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT campaign_capacity CHECK (((places_taken >= 0) AND ((capacity IS NULL) OR (places_taken <= capacity)))),
    CONSTRAINT campaign_followers CHECK (((followers_min >= 0) AND (followers_max >= 0) AND (followers_min <= followers_max))),
    CONSTRAINT campaign_platforms CHECK ((platforms > 0)),
    CONSTRAINT campaign_post_tracking CHECK ((post_tracking OR ((type)::text = 'AFFILIATE'::text))),
    CONSTRAINT campaign_status CHECK (((status)::text = ANY ((ARRAY['DRAFT'::character varying, 'UPCOMING'::character varying, 'ONGOING'::character varying, 'COMPLETED'::character varying, 'CANCELLED'::character varying])::text[]))),
    CONSTRAINT campaign_type CHECK (((type)::text = ANY ((ARRAY['NORMAL'::character varying, 'SELECTION'::character varying, 'AFFILIATE'::character varying])::text[])))
);
COMMENT ON COLUMN public.campaign.type IS 'NORMAL: NORMAL\nSELECTION: SELECTION\nAFFILIATE: AFFILIATE';
COMMENT ON COLUMN public.campaign.status IS 'DRAFT: DRAFT\nUPCOMING: UPCOMING\nONGOING: ONGOING\nCOMPLETED: COMPLETED\nCANCELLED: CANCELLED';
CREATE SEQUENCE public.campaign_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.campaign_id_seq OWNED BY public.campaign.id;
CREATE TABLE public.category (
    id integer NOT NULL,
    key character varying(2000) NOT NULL
);
CREATE SEQUENCE public.category_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.category_id_seq OWNED BY public.category.id;
CREATE TABLE public.idempotency_key (
    id bigint NOT NULL,
    caller character varying(300) NOT NULL,
    key character varying(255) NOT NULL,
    digest character varying(64) NOT NULL,
    holder character varying(32) NOT NULL,
    leased_until timestamp with time zone NOT NULL,
    kept bytea,
    response bytea,
    status_code smallint,
    created_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.idempotency_key_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.idempotency_key_id_seq OWNED BY public.idempotency_key.id;
CREATE TABLE public.influencer (
    id bigint NOT NULL,
    external_id character varying(200) NOT NULL,
    name character varying(200) NOT NULL,
    name_key text NOT NULL COLLATE pg_catalog."C",
    email character varying(320),
    country character varying(2),
    categories jsonb NOT NULL,
    category_mask bigint NOT NULL,
    category_overflow text NOT NULL,
    avatar_url character varying(2048),
    erased_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    followers integer NOT NULL,
    platforms smallint NOT NULL,
    multi boolean NOT NULL,
    f1 integer,
    f2 integer,
    f3 integer,
    f4 integer,
    f5 integer,
    f6 integer,
    f7 integer
);
CREATE SEQUENCE public.influencer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.influencer_id_seq OWNED BY public.influencer.id;
CREATE TABLE public.influencer_search (
    text text NOT NULL,
    influencer_id bigint NOT NULL
);
CREATE TABLE public.participation (
    id bigint NOT NULL,
    status character varying(20) NOT NULL,
    selected_platforms smallint NOT NULL,
    origin character varying(20) NOT NULL,
    round integer NOT NULL,
    version integer NOT NULL,
    followers integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id bigint NOT NULL,
    influencer_id bigint NOT NULL,
    selected_account_id bigint,
    CONSTRAINT participation_counts CHECK (((round >= 1) AND (version >= 1))),
    CONSTRAINT participation_origin CHECK (((origin)::text = ANY ((ARRAY['FORCED'::character varying, 'SELF'::character varying])::text[]))),
    CONSTRAINT participation_status CHECK (((status)::text = ANY ((ARRAY['WAITING'::character varying, 'APPLIED'::character varying, 'REVIEWING'::character varying, 'APPROVED'::character varying, 'REJECTED'::character varying, 'JOINED'::character varying, 'REMOVED'::character varying])::text[])))
);
COMMENT ON COLUMN public.participation.status IS 'WAITING: WAITING\nAPPLIED: APPLIED\nREVIEWING: REVIEWING\nAPPROVED: APPROVED\nREJECTED: REJECTED\nJOINED: JOINED\nREMOVED: REMOVED';
COMMENT ON COLUMN public.participation.origin IS 'FORCED: FORCED\nSELF: SELF';
CREATE TABLE public.participation_event (
    id bigint NOT NULL,
    action character varying(30) NOT NULL,
    from_status character varying(20),
    to_status character varying(20),
    round integer,
    actor_role character varying(20) NOT NULL,
    actor_id character varying(400) NOT NULL,
    actor_name character varying(400),
    reason character varying(2000),
    message character varying(2000),
    occurred_at timestamp with time zone NOT NULL,
    campaign_id bigint NOT NULL,
    influencer_id bigint NOT NULL,
    participation_id bigint,
    post_id bigint,
    xid bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    CONSTRAINT event_action CHECK (((action)::text = ANY ((ARRAY['MARK_JOINED'::character varying, 'APPLY'::character varying, 'SELECT_ACCOUNT'::character varying, 'CONNECT_ACCOUNT'::character varying, 'SELECT_SOCIAL_MEDIA'::character varying, 'SET_APPLIED'::character varying, 'SET_REVIEWING'::character varying, 'APPROVE'::character varying, 'REJECT'::character varying, 'REOPEN'::character varying, 'REMOVE'::character varying, 'WITHDRAW'::character varying, 'SET_AVAILABILITY'::character varying, 'SUBMIT_POST'::character varying, 'SET_POST_STATUS'::character varying, 'ERASE'::character varying])::text[]))),
    CONSTRAINT event_actor_role CHECK (((actor_role)::text = ANY ((ARRAY['STAFF'::character varying, 'ADVERTISER'::character varying, 'INFLUENCER'::character varying, 'SYSTEM'::character varying])::text[]))),
    CONSTRAINT event_from CHECK (((from_status)::text = ANY ((ARRAY['WAITING'::character varying, 'APPLIED'::character varying, 'REVIEWING'::character varying, 'APPROVED'::character varying, 'REJECTED'::character varying, 'JOINED'::character varying, 'REMOVED'::character varying])::text[]))),
    CONSTRAINT event_to CHECK (((to_status)::text = ANY ((ARRAY['WAITING'::character varying, 'APPLIED'::character varying, 'REVIEWING'::character varying, 'APPROVED'::character varying, 'REJECTED'::character varying, 'JOINED'::character varying, 'REMOVED'::character varying])::text[])))
);
COMMENT ON COLUMN public.participation_event.action IS 'MARK_JOINED: MARK_JOINED\nAPPLY: APPLY\nSELECT_ACCOUNT: SELECT_ACCOUNT\nCONNECT_ACCOUNT: CONNECT_ACCOUNT\nSELECT_SOCIAL_MEDIA: SELECT_SOCIAL_MEDIA\nSET_APPLIED: SET_APPLIED\nSET_REVIEWING: SET_REVIEWING\nAPPROVE: APPROVE\nREJECT: REJECT\nREOPEN: REOPEN\nREMOVE: REMOVE\nWITHDRAW: WITHDRAW\nSET_AVAILABILITY: SET_AVAILABILITY\nSUBMIT_POST: SUBMIT_POST\nSET_POST_STATUS: SET_POST_STATUS\nERASE: ERASE';
COMMENT ON COLUMN public.participation_event.from_status IS 'WAITING: WAITING\nAPPLIED: APPLIED\nREVIEWING: REVIEWING\nAPPROVED: APPROVED\nREJECTED: REJECTED\nJOINED: JOINED\nREMOVED: REMOVED';
COMMENT ON COLUMN public.participation_event.to_status IS 'WAITING: WAITING\nAPPLIED: APPLIED\nREVIEWING: REVIEWING\nAPPROVED: APPROVED\nREJECTED: REJECTED\nJOINED: JOINED\nREMOVED: REMOVED';
COMMENT ON COLUMN public.participation_event.actor_role IS 'STAFF: STAFF\nADVERTISER: ADVERTISER\nINFLUENCER: INFLUENCER\nSYSTEM: SYSTEM';
CREATE SEQUENCE public.participation_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.participation_event_id_seq OWNED BY public.participation_event.id;
CREATE SEQUENCE public.participation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.participation_id_seq OWNED BY public.participation.id;
CREATE TABLE public.post (
    id bigint NOT NULL,
    url character varying(2048) NOT NULL,
    url_digest character varying(64) NOT NULL,
    status character varying(20) NOT NULL,
    warning character varying(20),
    reason character varying(2000),
    submitted_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    account_id bigint,
    campaign_id bigint NOT NULL,
    participation_id bigint NOT NULL,
    CONSTRAINT post_status CHECK (((status)::text = ANY ((ARRAY['SUBMITTED'::character varying, 'EFFECTIVE'::character varying, 'WARNING'::character varying, 'APPROVED'::character varying, 'INEFFECTIVE'::character varying])::text[]))),
    CONSTRAINT post_warning CHECK (
CASE
    WHEN ((status)::text = 'WARNING'::text) THEN ((warning IS NOT NULL) AND ((warning)::text = ANY ((ARRAY['AD_FRAUD'::character varying, 'DELETED_POST'::character varying, 'INVALID_TOKEN'::character varying, 'INVALID_CONTENT'::character varying, 'OTHER'::character varying])::text[])))
    ELSE (warning IS NULL)
END)
);
COMMENT ON COLUMN public.post.status IS 'SUBMITTED: SUBMITTED\nEFFECTIVE: EFFECTIVE\nWARNING: WARNING\nAPPROVED: APPROVED\nINEFFECTIVE: INEFFECTIVE';
COMMENT ON COLUMN public.post.warning IS 'AD_FRAUD: AD_FRAUD\nDELETED_POST: DELETED_POST\nINVALID_TOKEN: INVALID_TOKEN\nINVALID_CONTENT: INVALID_CONTENT\nOTHER: OTHER';
CREATE SEQUENCE public.post_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.post_id_seq OWNED BY public.post.id;
CREATE TABLE public.social_account (
    id bigint NOT NULL,
    platform smallint NOT NULL,
    external_id character varying(200) NOT NULL,
    handle character varying(200) NOT NULL,
    handle_key text NOT NULL,
    followers integer NOT NULL,
    connected_at timestamp with time zone NOT NULL,
    disconnected_at timestamp with time zone,
    influencer_id bigint NOT NULL,
    CONSTRAINT account_followers CHECK ((followers >= 0)),
    CONSTRAINT account_platform CHECK (((platform >= 1) AND (platform <= 7)))
);
CREATE SEQUENCE public.social_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.social_account_id_seq OWNED BY public.social_account.id;
CREATE TABLE public.tortoise_migrations (
    id integer NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.tortoise_migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.tortoise_migrations_id_seq OWNED BY public.tortoise_migrations.id;
ALTER TABLE ONLY public.availability_delta ALTER COLUMN id SET DEFAULT nextval('public.availability_delta_id_seq'::regclass);
ALTER TABLE ONLY public.availability_override ALTER COLUMN id SET DEFAULT nextval('public.availability_override_id_seq'::regclass);
ALTER TABLE ONLY public.campaign ALTER COLUMN id SET DEFAULT nextval('public.campaign_id_seq'::regclass);
ALTER TABLE ONLY public.category ALTER COLUMN id SET DEFAULT nextval('public.category_id_seq'::regclass);
ALTER TABLE ONLY public.idempotency_key ALTER COLUMN id SET DEFAULT nextval('public.idempotency_key_id_seq'::regclass);
ALTER TABLE ONLY public.influencer ALTER COLUMN id SET DEFAULT nextval('public.influencer_id_seq'::regclass);
ALTER TABLE ONLY public.participation ALTER COLUMN id SET DEFAULT nextval('public.participation_id_seq'::regclass);
ALTER TABLE ONLY public.participation_event ALTER COLUMN id SET DEFAULT nextval('public.participation_event_id_seq'::regclass);
ALTER TABLE ONLY public.post ALTER COLUMN id SET DEFAULT nextval('public.post_id_seq'::regclass);
ALTER TABLE ONLY public.social_account ALTER COLUMN id SET DEFAULT nextval('public.social_account_id_seq'::regclass);
ALTER TABLE ONLY public.tortoise_migrations ALTER COLUMN id SET DEFAULT nextval('public.tortoise_migrations_id_seq'::regclass);
INSERT INTO public.availability_count VALUES (0, 0, false, 1);
INSERT INTO public.availability_count VALUES (1, 14, false, 1);
INSERT INTO public.availability_count VALUES (2, 13, false, 1);
INSERT INTO public.availability_count VALUES (3, 16, false, 1);
INSERT INTO public.availability_count VALUES (4, 17, false, 1);
INSERT INTO public.availability_count VALUES (5, 17, true, 2);
INSERT INTO public.availability_count VALUES (6, 17, true, 2);
INSERT INTO public.availability_count VALUES (8, 13, false, 1);
INSERT INTO public.availability_delta VALUES (1, 0, 1, 764);
INSERT INTO public.availability_delta VALUES (2, 0, 1, 765);
INSERT INTO public.availability_delta VALUES (3, 0, 1, 766);
INSERT INTO public.availability_delta VALUES (4, 0, 1, 767);
INSERT INTO public.availability_delta VALUES (5, 0, 1, 768);
INSERT INTO public.availability_delta VALUES (6, 0, 1, 769);
INSERT INTO public.availability_delta VALUES (7, 0, 1, 770);
INSERT INTO public.availability_delta VALUES (8, 0, 1, 771);
INSERT INTO public.availability_delta VALUES (9, 0, 1, 772);
INSERT INTO public.availability_delta VALUES (10, 0, 1, 773);
INSERT INTO public.availability_delta VALUES (11, 0, 1, 774);
INSERT INTO public.availability_delta VALUES (12, 0, 1, 775);
INSERT INTO public.availability_delta VALUES (13, 0, 1, 776);
INSERT INTO public.availability_delta VALUES (14, 0, 1, 777);
INSERT INTO public.availability_delta VALUES (15, 0, 1, 778);
INSERT INTO public.availability_delta VALUES (16, 0, 1, 779);
INSERT INTO public.availability_delta VALUES (21, 1, -5, 786);
INSERT INTO public.availability_delta VALUES (22, 1, -1, 790);
INSERT INTO public.availability_delta VALUES (23, 1, -1, 791);
INSERT INTO public.availability_delta VALUES (24, 1, -1, 792);
INSERT INTO public.availability_delta VALUES (25, 1, -1, 793);
INSERT INTO public.availability_delta VALUES (26, 1, -1, 794);
INSERT INTO public.availability_delta VALUES (27, 1, -1, 795);
INSERT INTO public.availability_delta VALUES (28, 1, 1, 802);
INSERT INTO public.availability_delta VALUES (29, 2, -6, 810);
INSERT INTO public.availability_delta VALUES (30, 2, -1, 811);
INSERT INTO public.availability_delta VALUES (31, 2, 1, 812);
INSERT INTO public.availability_delta VALUES (32, 2, -1, 813);
INSERT INTO public.availability_delta VALUES (33, 2, 2, 814);
INSERT INTO public.availability_delta VALUES (34, 2, -1, 815);
INSERT INTO public.availability_delta VALUES (35, 3, -3, 833);
INSERT INTO public.availability_delta VALUES (36, 3, 1, 835);
INSERT INTO public.availability_delta VALUES (37, 3, 1, 837);
INSERT INTO public.availability_delta VALUES (38, 0, 1, 837);
INSERT INTO public.availability_delta VALUES (39, 3, -1, 838);
INSERT INTO public.availability_delta VALUES (40, 4, -2, 844);
INSERT INTO public.availability_delta VALUES (41, 4, -1, 845);
INSERT INTO public.availability_delta VALUES (42, 4, 1, 847);
INSERT INTO public.availability_delta VALUES (43, 5, -1, 851);
INSERT INTO public.availability_delta VALUES (44, 5, -1, 852);
INSERT INTO public.availability_delta VALUES (45, 6, -1, 858);
INSERT INTO public.availability_delta VALUES (46, 6, -2, 859);
INSERT INTO public.availability_delta VALUES (47, 2, -1, 866);
INSERT INTO public.availability_override VALUES (1, 'AVAILABLE', '2026-11-29 06:13:15.247181+00', 1, 8);
INSERT INTO public.availability_override VALUES (2, 'UNAVAILABLE', '2026-11-29 06:13:15.278933+00', 1, 16);
INSERT INTO public.availability_override VALUES (4, 'AVAILABLE', '2026-11-29 06:13:15.897152+00', 2, 5);
INSERT INTO public.campaign VALUES (1, '花〜Glow', '花〜glow', '花 Hana', '花〜glow
花 hana', 'hana', '見せて', NULL, '¥30,000', '["#花"]', '["@hana"]', 'SELECTION', 'ONGOING', true, 7, 'JP TH TW', '["food", "beauty"]', 3, '', 1000, NULL, 6, 4, '2099-01-31 03:00:00.000001+00', '2026-10-31 15:00:00+00', '2099-03-01 00:00:00+00', '2026-11-29 06:13:15.230138+00', '2026-11-29 06:13:15.230138+00');
INSERT INTO public.campaign VALUES (3, 'Links', 'links', '花 Hana', 'links
花 hana', NULL, '', NULL, NULL, '[]', '[]', 'AFFILIATE', 'ONGOING', true, 7, '', '[]', 0, '', NULL, NULL, NULL, 3, NULL, NULL, NULL, '2026-11-29 06:13:16.481701+00', '2026-11-29 06:13:16.481701+00');
INSERT INTO public.campaign VALUES (4, 'Codes', 'codes', '花 Hana', 'codes
花 hana', 'hana', '', NULL, NULL, '[]', '[]', 'AFFILIATE', 'ONGOING', false, 7, '', '[]', 0, '', NULL, 1000000, NULL, 2, NULL, NULL, NULL, '2026-11-29 06:13:16.728164+00', '2026-11-29 06:13:16.728164+00');
INSERT INTO public.campaign VALUES (5, 'Over', 'over', '花 Hana', 'over
花 hana', 'hana', '', NULL, NULL, '[]', '[]', 'NORMAL', 'COMPLETED', true, 7, '', '[]', 0, '', NULL, NULL, 2, 2, NULL, NULL, NULL, '2026-11-29 06:13:16.824014+00', '2026-11-29 06:13:16.884916+00');
INSERT INTO public.campaign VALUES (6, 'Called off', 'called off', '花 Hana', 'called off
花 hana', 'hana', '', NULL, NULL, '[]', '[]', 'SELECTION', 'CANCELLED', true, 7, '', '[]', 0, '', NULL, NULL, NULL, 1, NULL, NULL, NULL, '2026-11-29 06:13:16.910807+00', '2026-11-29 06:13:17.016358+00');
INSERT INTO public.campaign VALUES (7, 'Draft', 'draft', '花 Hana', 'draft
花 hana', 'hana', '', NULL, NULL, '[]', '[]', 'NORMAL', 'DRAFT', true, 7, '', '[]', 0, '', NULL, NULL, NULL, 0, NULL, NULL, NULL, '2026-11-29 06:13:17.032217+00', '2026-11-29 06:13:17.032217+00');
INSERT INTO public.campaign VALUES (8, 'Soon', 'soon', '花 Hana', 'soon
花 hana', 'hana', '', NULL, NULL, '[]', '[]', 'AFFILIATE', 'UPCOMING', true, 7, 'JP', '[]', 0, '', NULL, NULL, NULL, 0, NULL, NULL, NULL, '2026-11-29 06:13:17.03791+00', '2026-11-29 06:13:17.03791+00');
INSERT INTO public.campaign VALUES (2, 'Ramen 週間', 'ramen 週間', '花 Hana', 'ramen 週間
花 hana', 'hana', '', NULL, NULL, '[]', '[]', 'NORMAL', 'ONGOING', true, 7, '', '["ＦＯＯＤ"]', 2, '', NULL, NULL, NULL, 8, NULL, NULL, NULL, '2026-11-29 06:13:15.860107+00', '2026-11-29 06:13:15.860107+00');
INSERT INTO public.category VALUES (1, 'beauty');
INSERT INTO public.category VALUES (2, 'food');
INSERT INTO public.category VALUES (3, 'fo​od');
INSERT INTO public.idempotency_key VALUES (1, 'STAFF:staff-1', 'a-key-of-0.1.0', 'd36e3c857b772964c0ea197f4965d7a9300a056ae5f18806073e9e9e0b4ecb60', '44d1ccb336259bf0fb97f9f11a6d4823', '2026-11-29 06:14:17.101095+00', '\x7b226d61726b4a6f696e6564223a7b22726573756c7473223a5b7b226f7574636f6d65223a224348414e474544222c22696e666c75656e6365724964223a226769643a2f2f6a6f696e6572792f496e666c75656e6365722f3136227d5d2c22757365724572726f7273223a5b5d7d7d', '\x7b2264617461223a7b226d61726b4a6f696e6564223a7b22726573756c7473223a5b7b226f7574636f6d65223a224348414e474544222c22696e666c75656e6365724964223a226769643a2f2f6a6f696e6572792f496e666c75656e6365722f3136227d5d2c22757365724572726f7273223a5b5d7d7d7d', 200, '2026-11-29 06:13:17.101095+00');
INSERT INTO public.influencer VALUES (1, 'crm-1', '佐藤 愛子', '佐藤 愛子', 'aiko@example.com', 'JP', '["Food", "Beauty"]', 3, '', NULL, NULL, '2026-11-29 06:13:14.939707+00', '2026-11-29 06:13:14.939707+00', 20100, 1, false, 20100, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (2, 'crm-2', 'ณัฐพร ศรีสุข', 'ณัฐพร ศรีสุข', NULL, 'TH', '["Ｂｅａｕｔｙ"]', 1, '', NULL, NULL, '2026-11-29 06:13:15.022292+00', '2026-11-29 06:13:15.022292+00', 20201, 3, false, 20200, 20201, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (4, 'crm-4', 'علي حسن', 'علي حسن', NULL, 'JP', '["Food", "Beauty"]', 3, '', 'https://example.com/ali.png', NULL, '2026-11-29 06:13:15.044237+00', '2026-11-29 06:13:15.044237+00', 20400, 4, false, NULL, NULL, 20400, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (5, 'crm-5', 'Ünal Şahin', 'ünal şahin', NULL, 'JP', '["Ｂｅａｕｔｙ"]', 1, '', NULL, NULL, '2026-11-29 06:13:15.056406+00', '2026-11-29 06:13:15.056406+00', 20500, 4, false, NULL, NULL, 20500, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (6, 'crm-6', 'Ольга 👩‍👩‍👧', 'ольга 👩‍👩‍👧', NULL, NULL, '["Food", "Beauty"]', 3, '', NULL, NULL, '2026-11-29 06:13:15.064709+00', '2026-11-29 06:13:15.064709+00', 20600, 2, false, NULL, 20600, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (7, 'crm-7', 'ﾀﾅｶ 葛󠄀', 'タナカ 葛󠄀', NULL, 'JP', '["Food", "Beauty"]', 3, '', NULL, NULL, '2026-11-29 06:13:15.079293+00', '2026-11-29 06:13:15.079293+00', 20701, 5, false, 20700, NULL, 20701, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (9, 'crm-9', 'Someone 1', 'someone 1', NULL, 'JP', '["Food", "Beauty"]', 3, '', NULL, NULL, '2026-11-29 06:13:15.104159+00', '2026-11-29 06:13:15.104159+00', 20900, 1, false, 20900, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (10, 'crm-10', 'Someone 2', 'someone 2', NULL, 'JP', '["Food", "Beauty"]', 3, '', NULL, NULL, '2026-11-29 06:13:15.117144+00', '2026-11-29 06:13:15.117144+00', 21000, 1, false, 21000, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (11, 'crm-11', 'Someone 3', 'someone 3', NULL, 'JP', '["Food", "Beauty"]', 3, '', NULL, NULL, '2026-11-29 06:13:15.132232+00', '2026-11-29 06:13:15.132232+00', 21100, 1, false, 21100, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (12, 'crm-12', 'Someone 4', 'someone 4', NULL, 'JP', '["Food", "Beauty"]', 3, '', NULL, NULL, '2026-11-29 06:13:15.152204+00', '2026-11-29 06:13:15.152204+00', 21200, 1, false, 21200, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (13, 'crm-13', 'Someone 5', 'someone 5', NULL, 'JP', '["Food", "Beauty"]', 3, '', NULL, NULL, '2026-11-29 06:13:15.172493+00', '2026-11-29 06:13:15.172493+00', 21300, 1, false, 21300, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (14, 'crm-14', 'Someone 6', 'someone 6', NULL, 'JP', '["Food", "Beauty"]', 3, '', NULL, NULL, '2026-11-29 06:13:15.189967+00', '2026-11-29 06:13:15.189967+00', 21400, 1, false, 21400, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (15, 'crm-15', 'Someone 7', 'someone 7', NULL, 'JP', '["Food", "Beauty"]', 3, '', NULL, NULL, '2026-11-29 06:13:15.200139+00', '2026-11-29 06:13:15.200139+00', 21500, 1, false, 21500, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (16, 'crm-16', 'Someone 8', 'someone 8', NULL, 'JP', '["Food", "Beauty"]', 3, '', NULL, NULL, '2026-11-29 06:13:15.216064+00', '2026-11-29 06:13:15.216064+00', 21600, 1, false, 21600, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (3, 'crm-​3', '林​怡君', '林​怡君', NULL, 'TW', '["Fo​od", "Food"]', 6, '', NULL, NULL, '2026-11-29 06:13:15.0277+00', '2026-11-29 06:13:15.0277+00', 30000, 1, false, 30000, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (8, 'crm-8', 'Olivia Smith', 'olivia smith', NULL, 'US', '["Ｂｅａｕｔｙ"]', 1, '', NULL, NULL, '2026-11-29 06:13:15.08836+00', '2026-11-29 06:13:15.08836+00', 20800, 1, false, 20800, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.influencer VALUES (17, 'late', 'Late', 'late', NULL, 'JP', '[]', 0, '', NULL, NULL, '2026-11-29 06:13:16.585699+00', '2026-11-29 06:13:16.585699+00', 7, 10, false, NULL, 7, NULL, 7, NULL, NULL, NULL);
INSERT INTO public.influencer_search VALUES ('佐藤 愛子
instagram_1', 1);
INSERT INTO public.influencer_search VALUES ('ณัฐพร ศรีสุข
instagram_2
tiktok_2', 2);
INSERT INTO public.influencer_search VALUES ('علي حسن
youtube_4', 4);
INSERT INTO public.influencer_search VALUES ('ünal şahin
youtube_5', 5);
INSERT INTO public.influencer_search VALUES ('ольга 👩‍👩‍👧
tiktok_6', 6);
INSERT INTO public.influencer_search VALUES ('タナカ 葛󠄀
instagram_7
youtube_7', 7);
INSERT INTO public.influencer_search VALUES ('someone 1
instagram_9', 9);
INSERT INTO public.influencer_search VALUES ('someone 2
instagram_10', 10);
INSERT INTO public.influencer_search VALUES ('someone 3
instagram_11', 11);
INSERT INTO public.influencer_search VALUES ('someone 4
instagram_12', 12);
INSERT INTO public.influencer_search VALUES ('someone 5
instagram_13', 13);
INSERT INTO public.influencer_search VALUES ('someone 6
instagram_14', 14);
INSERT INTO public.influencer_search VALUES ('someone 7
instagram_15', 15);
INSERT INTO public.influencer_search VALUES ('someone 8
instagram_16', 16);
INSERT INTO public.influencer_search VALUES ('林​怡君
lin.yijun', 3);
INSERT INTO public.influencer_search VALUES ('olivia smith
instagram_8', 8);
INSERT INTO public.influencer_search VALUES ('late
late
late', 17);
INSERT INTO public.participation VALUES (1, 'APPROVED', 0, 'FORCED', 1, 1, 20100, '2026-11-29 06:13:15.300834+00', '2026-11-29 06:13:15.300834+00', 1, 1, 1);
INSERT INTO public.participation VALUES (4, 'WAITING', 0, 'FORCED', 1, 1, 20701, '2026-11-29 06:13:15.300834+00', '2026-11-29 06:13:15.300834+00', 1, 7, NULL);
INSERT INTO public.participation VALUES (11, 'APPLIED', 0, 'SELF', 1, 1, 21400, '2026-11-29 06:13:15.496206+00', '2026-11-29 06:13:15.496206+00', 1, 14, 16);
INSERT INTO public.participation VALUES (2, 'REVIEWING', 0, 'FORCED', 1, 3, 20201, '2026-11-29 06:13:15.300834+00', '2026-11-29 06:13:15.535207+00', 1, 2, 3);
INSERT INTO public.participation VALUES (6, 'REVIEWING', 0, 'SELF', 1, 2, 20900, '2026-11-29 06:13:15.426328+00', '2026-11-29 06:13:15.535207+00', 1, 9, 11);
INSERT INTO public.participation VALUES (3, 'APPROVED', 0, 'FORCED', 1, 3, 30000, '2026-11-29 06:13:15.300834+00', '2026-11-29 06:13:15.588554+00', 1, 3, 19);
INSERT INTO public.participation VALUES (7, 'REJECTED', 0, 'SELF', 1, 5, 21000, '2026-11-29 06:13:15.450012+00', '2026-11-29 06:13:15.617987+00', 1, 10, 12);
INSERT INTO public.participation VALUES (9, 'APPROVED', 0, 'SELF', 1, 3, 21200, '2026-11-29 06:13:15.472131+00', '2026-11-29 06:13:15.636273+00', 1, 12, 14);
INSERT INTO public.participation VALUES (8, 'APPLIED', 0, 'SELF', 2, 4, 21100, '2026-11-29 06:13:15.460295+00', '2026-11-29 06:13:15.651484+00', 1, 11, 13);
INSERT INTO public.participation VALUES (10, 'REMOVED', 0, 'SELF', 1, 2, 21300, '2026-11-29 06:13:15.479388+00', '2026-11-29 06:13:15.679519+00', 1, 13, 15);
INSERT INTO public.participation VALUES (5, 'APPROVED', 0, 'FORCED', 1, 1, 20800, '2026-11-29 06:13:15.300834+00', '2026-11-29 06:13:15.300834+00', 1, 8, 9);
INSERT INTO public.participation VALUES (12, 'JOINED', 0, 'FORCED', 1, 1, 20900, '2026-11-29 06:13:15.862842+00', '2026-11-29 06:13:15.862842+00', 2, 9, 11);
INSERT INTO public.participation VALUES (13, 'JOINED', 0, 'FORCED', 1, 1, 21000, '2026-11-29 06:13:15.862842+00', '2026-11-29 06:13:15.862842+00', 2, 10, 12);
INSERT INTO public.participation VALUES (14, 'JOINED', 0, 'FORCED', 1, 1, 21100, '2026-11-29 06:13:15.862842+00', '2026-11-29 06:13:15.862842+00', 2, 11, 13);
INSERT INTO public.participation VALUES (15, 'JOINED', 0, 'FORCED', 1, 1, 21200, '2026-11-29 06:13:15.862842+00', '2026-11-29 06:13:15.862842+00', 2, 12, 14);
INSERT INTO public.participation VALUES (18, 'JOINED', 0, 'SELF', 1, 1, 20400, '2026-11-29 06:13:15.890731+00', '2026-11-29 06:13:15.890731+00', 2, 4, 4);
INSERT INTO public.participation VALUES (19, 'JOINED', 0, 'SELF', 1, 1, 20500, '2026-11-29 06:13:15.913375+00', '2026-11-29 06:13:15.913375+00', 2, 5, 5);
INSERT INTO public.participation VALUES (17, 'REMOVED', 0, 'FORCED', 1, 2, 20701, '2026-11-29 06:13:15.862842+00', '2026-11-29 06:13:15.967599+00', 2, 7, NULL);
INSERT INTO public.participation VALUES (16, 'JOINED', 0, 'FORCED', 2, 3, 21300, '2026-11-29 06:13:15.862842+00', '2026-11-29 06:13:16.002564+00', 2, 13, 15);
INSERT INTO public.participation VALUES (20, 'JOINED', 0, 'FORCED', 1, 1, 20100, '2026-11-29 06:13:16.504074+00', '2026-11-29 06:13:16.504074+00', 3, 1, 1);
INSERT INTO public.participation VALUES (21, 'JOINED', 0, 'FORCED', 1, 1, 20800, '2026-11-29 06:13:16.504074+00', '2026-11-29 06:13:16.504074+00', 3, 8, 9);
INSERT INTO public.participation VALUES (22, 'REMOVED', 0, 'FORCED', 1, 2, 20600, '2026-11-29 06:13:16.504074+00', '2026-11-29 06:13:16.526975+00', 3, 6, 6);
INSERT INTO public.participation VALUES (23, 'JOINED', 0, 'FORCED', 1, 2, 7, '2026-11-29 06:13:16.641421+00', '2026-11-29 06:13:16.705379+00', 3, 17, 21);
INSERT INTO public.participation VALUES (24, 'JOINED', 0, 'FORCED', 1, 1, 20100, '2026-11-29 06:13:16.740634+00', '2026-11-29 06:13:16.740634+00', 4, 1, NULL);
INSERT INTO public.participation VALUES (26, 'JOINED', 3, 'SELF', 1, 2, 20900, '2026-11-29 06:13:16.764112+00', '2026-11-29 06:13:16.787626+00', 4, 9, NULL);
INSERT INTO public.participation VALUES (25, 'REMOVED', 0, 'FORCED', 1, 2, 20201, '2026-11-29 06:13:16.740634+00', '2026-11-29 06:13:16.821068+00', 4, 2, NULL);
INSERT INTO public.participation VALUES (27, 'JOINED', 0, 'SELF', 1, 1, 21400, '2026-11-29 06:13:16.83163+00', '2026-11-29 06:13:16.83163+00', 5, 14, 16);
INSERT INTO public.participation VALUES (28, 'JOINED', 0, 'SELF', 1, 1, 21500, '2026-11-29 06:13:16.844112+00', '2026-11-29 06:13:16.844112+00', 5, 15, 17);
INSERT INTO public.participation VALUES (29, 'APPLIED', 0, 'SELF', 1, 1, 21400, '2026-11-29 06:13:16.934656+00', '2026-11-29 06:13:16.934656+00', 6, 14, 16);
INSERT INTO public.participation VALUES (30, 'APPROVED', 0, 'FORCED', 1, 1, 21500, '2026-11-29 06:13:16.993253+00', '2026-11-29 06:13:16.993253+00', 6, 15, 17);
INSERT INTO public.participation VALUES (31, 'WAITING', 0, 'FORCED', 1, 1, 20201, '2026-11-29 06:13:16.993253+00', '2026-11-29 06:13:16.993253+00', 6, 2, NULL);
INSERT INTO public.participation VALUES (32, 'JOINED', 0, 'FORCED', 1, 1, 21600, '2026-11-29 06:13:17.100942+00', '2026-11-29 06:13:17.100942+00', 2, 16, 18);
INSERT INTO public.participation_event VALUES (1, 'SET_AVAILABILITY', NULL, NULL, NULL, 'STAFF', 'staff-1', 'Mika Sato', 'staff know them', NULL, '2026-11-29 06:13:15.247181+00', 1, 8, NULL, NULL, 781);
INSERT INTO public.participation_event VALUES (2, 'SET_AVAILABILITY', NULL, NULL, NULL, 'STAFF', 'staff-1', 'Mika Sato', 'staff know them', NULL, '2026-11-29 06:13:15.278933+00', 1, 16, NULL, NULL, 783);
INSERT INTO public.participation_event VALUES (3, 'SET_AVAILABILITY', NULL, NULL, NULL, 'STAFF', 'staff-1', 'Mika Sato', 'staff know them', NULL, '2026-11-29 06:13:15.284277+00', 1, 6, NULL, NULL, 784);
INSERT INTO public.participation_event VALUES (4, 'SET_AVAILABILITY', NULL, NULL, NULL, 'STAFF', 'staff-1', 'Mika Sato', 'staff know them', NULL, '2026-11-29 06:13:15.294696+00', 1, 6, NULL, NULL, 785);
INSERT INTO public.participation_event VALUES (5, 'MARK_JOINED', NULL, 'APPROVED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:15.300834+00', 1, 1, 1, NULL, 786);
INSERT INTO public.participation_event VALUES (6, 'MARK_JOINED', NULL, 'WAITING', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:15.300834+00', 1, 2, 2, NULL, 786);
INSERT INTO public.participation_event VALUES (7, 'MARK_JOINED', NULL, 'WAITING', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:15.300834+00', 1, 3, 3, NULL, 786);
INSERT INTO public.participation_event VALUES (8, 'MARK_JOINED', NULL, 'WAITING', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:15.300834+00', 1, 7, 4, NULL, 786);
INSERT INTO public.participation_event VALUES (9, 'MARK_JOINED', NULL, 'APPROVED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:15.300834+00', 1, 8, 5, NULL, 786);
INSERT INTO public.participation_event VALUES (10, 'SELECT_ACCOUNT', 'WAITING', 'APPLIED', 1, 'INFLUENCER', 'gid://joinery/Influencer/2', NULL, NULL, NULL, '2026-11-29 06:13:15.382437+00', 1, 2, 2, NULL, 788);
INSERT INTO public.participation_event VALUES (11, 'CONNECT_ACCOUNT', 'WAITING', 'APPLIED', 1, 'INFLUENCER', 'gid://joinery/Influencer/3', NULL, NULL, NULL, '2026-11-29 06:13:15.404058+00', 1, 3, 3, NULL, 789);
INSERT INTO public.participation_event VALUES (12, 'APPLY', NULL, 'APPLIED', 1, 'INFLUENCER', 'gid://joinery/Influencer/9', NULL, NULL, NULL, '2026-11-29 06:13:15.426328+00', 1, 9, 6, NULL, 790);
INSERT INTO public.participation_event VALUES (13, 'APPLY', NULL, 'APPLIED', 1, 'INFLUENCER', 'gid://joinery/Influencer/10', NULL, NULL, NULL, '2026-11-29 06:13:15.450012+00', 1, 10, 7, NULL, 791);
INSERT INTO public.participation_event VALUES (14, 'APPLY', NULL, 'APPLIED', 1, 'INFLUENCER', 'gid://joinery/Influencer/11', NULL, NULL, NULL, '2026-11-29 06:13:15.460295+00', 1, 11, 8, NULL, 792);
INSERT INTO public.participation_event VALUES (15, 'APPLY', NULL, 'APPLIED', 1, 'INFLUENCER', 'gid://joinery/Influencer/12', NULL, NULL, NULL, '2026-11-29 06:13:15.472131+00', 1, 12, 9, NULL, 793);
INSERT INTO public.participation_event VALUES (16, 'APPLY', NULL, 'APPLIED', 1, 'INFLUENCER', 'gid://joinery/Influencer/13', NULL, NULL, NULL, '2026-11-29 06:13:15.479388+00', 1, 13, 10, NULL, 794);
INSERT INTO public.participation_event VALUES (17, 'APPLY', NULL, 'APPLIED', 1, 'INFLUENCER', 'gid://joinery/Influencer/14', NULL, NULL, NULL, '2026-11-29 06:13:15.496206+00', 1, 14, 11, NULL, 795);
INSERT INTO public.participation_event VALUES (18, 'SET_REVIEWING', 'APPLIED', 'REVIEWING', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, 'REVIEWING です', '2026-11-29 06:13:15.535207+00', 1, 9, 6, NULL, 796);
INSERT INTO public.participation_event VALUES (19, 'SET_REVIEWING', 'APPLIED', 'REVIEWING', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, 'REVIEWING です', '2026-11-29 06:13:15.535207+00', 1, 10, 7, NULL, 796);
INSERT INTO public.participation_event VALUES (20, 'SET_REVIEWING', 'APPLIED', 'REVIEWING', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, 'REVIEWING です', '2026-11-29 06:13:15.535207+00', 1, 11, 8, NULL, 796);
INSERT INTO public.participation_event VALUES (21, 'SET_REVIEWING', 'APPLIED', 'REVIEWING', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, 'REVIEWING です', '2026-11-29 06:13:15.535207+00', 1, 2, 2, NULL, 796);
INSERT INTO public.participation_event VALUES (22, 'SET_APPLIED', 'REVIEWING', 'APPLIED', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, 'APPLIED です', '2026-11-29 06:13:15.56425+00', 1, 10, 7, NULL, 797);
INSERT INTO public.participation_event VALUES (23, 'APPROVE', 'APPLIED', 'APPROVED', 1, 'ADVERTISER', 'advertiser-1', 'Ren Aoki', NULL, 'APPROVED です', '2026-11-29 06:13:15.588554+00', 1, 10, 7, NULL, 798);
INSERT INTO public.participation_event VALUES (24, 'APPROVE', 'APPLIED', 'APPROVED', 1, 'ADVERTISER', 'advertiser-1', 'Ren Aoki', NULL, 'APPROVED です', '2026-11-29 06:13:15.588554+00', 1, 3, 3, NULL, 798);
INSERT INTO public.participation_event VALUES (25, 'REJECT', 'APPROVED', 'REJECTED', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, 'REJECTED です', '2026-11-29 06:13:15.617987+00', 1, 10, 7, NULL, 799);
INSERT INTO public.participation_event VALUES (26, 'REJECT', 'REVIEWING', 'REJECTED', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, 'REJECTED です', '2026-11-29 06:13:15.617987+00', 1, 11, 8, NULL, 799);
INSERT INTO public.participation_event VALUES (27, 'REJECT', 'APPLIED', 'REJECTED', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, 'REJECTED です', '2026-11-29 06:13:15.617987+00', 1, 12, 9, NULL, 799);
INSERT INTO public.participation_event VALUES (28, 'APPROVE', 'REJECTED', 'APPROVED', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, 'APPROVED です', '2026-11-29 06:13:15.636273+00', 1, 12, 9, NULL, 800);
INSERT INTO public.participation_event VALUES (29, 'REOPEN', 'REJECTED', 'APPLIED', 2, 'STAFF', 'staff-1', 'Mika Sato', 'reopenApplications: why', NULL, '2026-11-29 06:13:15.651484+00', 1, 11, 8, NULL, 801);
INSERT INTO public.participation_event VALUES (30, 'WITHDRAW', 'APPLIED', 'REMOVED', 1, 'INFLUENCER', 'gid://joinery/Influencer/13', NULL, 'no time', NULL, '2026-11-29 06:13:15.679519+00', 1, 13, 10, NULL, 802);
INSERT INTO public.participation_event VALUES (31, 'SUBMIT_POST', 'APPROVED', 'APPROVED', 1, 'INFLUENCER', 'gid://joinery/Influencer/1', NULL, NULL, NULL, '2026-11-29 06:13:15.771816+00', 1, 1, 1, 1, 804);
INSERT INTO public.participation_event VALUES (32, 'SET_POST_STATUS', 'APPROVED', 'APPROVED', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, NULL, '2026-11-29 06:13:15.794384+00', 1, 1, 1, 1, 805);
INSERT INTO public.participation_event VALUES (33, 'SUBMIT_POST', 'APPROVED', 'APPROVED', 1, 'INFLUENCER', 'gid://joinery/Influencer/1', NULL, NULL, NULL, '2026-11-29 06:13:15.844067+00', 1, 1, 1, 2, 806);
INSERT INTO public.participation_event VALUES (34, 'MARK_JOINED', NULL, 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:15.862842+00', 2, 9, 12, NULL, 810);
INSERT INTO public.participation_event VALUES (35, 'MARK_JOINED', NULL, 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:15.862842+00', 2, 10, 13, NULL, 810);
INSERT INTO public.participation_event VALUES (36, 'MARK_JOINED', NULL, 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:15.862842+00', 2, 11, 14, NULL, 810);
INSERT INTO public.participation_event VALUES (37, 'MARK_JOINED', NULL, 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:15.862842+00', 2, 12, 15, NULL, 810);
INSERT INTO public.participation_event VALUES (38, 'MARK_JOINED', NULL, 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:15.862842+00', 2, 13, 16, NULL, 810);
INSERT INTO public.participation_event VALUES (39, 'MARK_JOINED', NULL, 'WAITING', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:15.862842+00', 2, 7, 17, NULL, 810);
INSERT INTO public.participation_event VALUES (40, 'APPLY', NULL, 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/4', NULL, NULL, NULL, '2026-11-29 06:13:15.890731+00', 2, 4, 18, NULL, 811);
INSERT INTO public.participation_event VALUES (41, 'SET_AVAILABILITY', NULL, NULL, NULL, 'STAFF', 'staff-1', 'Mika Sato', 'staff know them', NULL, '2026-11-29 06:13:15.897152+00', 2, 5, NULL, NULL, 812);
INSERT INTO public.participation_event VALUES (42, 'APPLY', NULL, 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/5', NULL, NULL, NULL, '2026-11-29 06:13:15.913375+00', 2, 5, 19, NULL, 813);
INSERT INTO public.participation_event VALUES (43, 'REMOVE', 'JOINED', 'REMOVED', 1, 'STAFF', 'staff-1', 'Mika Sato', 'removeParticipants: why', NULL, '2026-11-29 06:13:15.967599+00', 2, 13, 16, NULL, 814);
INSERT INTO public.participation_event VALUES (44, 'REMOVE', 'WAITING', 'REMOVED', 1, 'STAFF', 'staff-1', 'Mika Sato', 'removeParticipants: why', NULL, '2026-11-29 06:13:15.967599+00', 2, 7, 17, NULL, 814);
INSERT INTO public.participation_event VALUES (45, 'MARK_JOINED', 'REMOVED', 'JOINED', 2, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', 'おかえり', '2026-11-29 06:13:16.002564+00', 2, 13, 16, NULL, 815);
INSERT INTO public.participation_event VALUES (46, 'SUBMIT_POST', 'JOINED', 'JOINED', 2, 'INFLUENCER', 'gid://joinery/Influencer/13', NULL, NULL, NULL, '2026-11-29 06:13:16.048311+00', 2, 13, 16, 3, 816);
INSERT INTO public.participation_event VALUES (47, 'SUBMIT_POST', 'JOINED', 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/9', NULL, NULL, NULL, '2026-11-29 06:13:16.108198+00', 2, 9, 12, 4, 817);
INSERT INTO public.participation_event VALUES (48, 'SET_POST_STATUS', 'JOINED', 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, NULL, '2026-11-29 06:13:16.132418+00', 2, 9, 12, 4, 818);
INSERT INTO public.participation_event VALUES (49, 'SUBMIT_POST', 'JOINED', 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/10', NULL, NULL, NULL, '2026-11-29 06:13:16.172258+00', 2, 10, 13, 5, 819);
INSERT INTO public.participation_event VALUES (50, 'SET_POST_STATUS', 'JOINED', 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', 'why', 'why', '2026-11-29 06:13:16.218833+00', 2, 10, 13, 5, 820);
INSERT INTO public.participation_event VALUES (51, 'SUBMIT_POST', 'JOINED', 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/11', NULL, NULL, NULL, '2026-11-29 06:13:16.236132+00', 2, 11, 14, 6, 821);
INSERT INTO public.participation_event VALUES (52, 'SET_POST_STATUS', 'JOINED', 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', 'why', 'why', '2026-11-29 06:13:16.246897+00', 2, 11, 14, 6, 822);
INSERT INTO public.participation_event VALUES (53, 'SUBMIT_POST', 'JOINED', 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/12', NULL, NULL, NULL, '2026-11-29 06:13:16.277965+00', 2, 12, 15, 7, 823);
INSERT INTO public.participation_event VALUES (54, 'SET_POST_STATUS', 'JOINED', 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', 'why', 'why', '2026-11-29 06:13:16.305549+00', 2, 12, 15, 7, 824);
INSERT INTO public.participation_event VALUES (56, 'SUBMIT_POST', 'JOINED', 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/5', NULL, NULL, NULL, '2026-11-29 06:13:16.364502+00', 2, 5, 19, 9, 826);
INSERT INTO public.participation_event VALUES (59, 'SUBMIT_POST', 'JOINED', 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/4', NULL, NULL, NULL, '2026-11-29 06:13:16.44226+00', 2, 4, 18, 11, 829);
INSERT INTO public.participation_event VALUES (60, 'SET_POST_STATUS', 'JOINED', 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, NULL, '2026-11-29 06:13:16.469468+00', 2, 4, 18, 11, 830);
INSERT INTO public.participation_event VALUES (64, 'WITHDRAW', 'JOINED', 'REMOVED', 1, 'INFLUENCER', 'gid://joinery/Influencer/6', NULL, NULL, NULL, '2026-11-29 06:13:16.526975+00', 3, 6, 22, NULL, 835);
INSERT INTO public.participation_event VALUES (68, 'MARK_JOINED', NULL, 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:16.740634+00', 4, 1, 24, NULL, 844);
INSERT INTO public.participation_event VALUES (69, 'MARK_JOINED', NULL, 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:16.740634+00', 4, 2, 25, NULL, 844);
INSERT INTO public.participation_event VALUES (71, 'SELECT_SOCIAL_MEDIA', 'JOINED', 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/9', NULL, NULL, NULL, '2026-11-29 06:13:16.787626+00', 4, 9, 26, NULL, 846);
INSERT INTO public.participation_event VALUES (72, 'REMOVE', 'JOINED', 'REMOVED', 1, 'STAFF', 'staff-1', 'Mika Sato', 'removeParticipants: why', NULL, '2026-11-29 06:13:16.821068+00', 4, 2, 25, NULL, 847);
INSERT INTO public.participation_event VALUES (75, 'SUBMIT_POST', 'JOINED', 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/14', NULL, NULL, NULL, '2026-11-29 06:13:16.872484+00', 5, 14, 27, 13, 853);
INSERT INTO public.participation_event VALUES (55, 'SUBMIT_POST', 'JOINED', 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/4', NULL, NULL, NULL, '2026-11-29 06:13:16.342667+00', 2, 4, 18, 8, 825);
INSERT INTO public.participation_event VALUES (57, 'SUBMIT_POST', 'JOINED', 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/4', NULL, NULL, NULL, '2026-11-29 06:13:16.392476+00', 2, 4, 18, 10, 827);
INSERT INTO public.participation_event VALUES (58, 'SET_POST_STATUS', 'JOINED', 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', 'why', 'why', '2026-11-29 06:13:16.412252+00', 2, 4, 18, 10, 828);
INSERT INTO public.participation_event VALUES (61, 'MARK_JOINED', NULL, 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:16.504074+00', 3, 1, 20, NULL, 833);
INSERT INTO public.participation_event VALUES (62, 'MARK_JOINED', NULL, 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:16.504074+00', 3, 8, 21, NULL, 833);
INSERT INTO public.participation_event VALUES (63, 'MARK_JOINED', NULL, 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:16.504074+00', 3, 6, 22, NULL, 833);
INSERT INTO public.participation_event VALUES (65, 'SUBMIT_POST', 'JOINED', 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/1', NULL, NULL, NULL, '2026-11-29 06:13:16.557918+00', 3, 1, 20, 12, 836);
INSERT INTO public.participation_event VALUES (66, 'MARK_JOINED', NULL, 'WAITING', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:16.641421+00', 3, 17, 23, NULL, 838);
INSERT INTO public.participation_event VALUES (67, 'CONNECT_ACCOUNT', 'WAITING', 'JOINED', 1, 'SYSTEM', 'joinery', NULL, NULL, NULL, '2026-11-29 06:13:16.705379+00', 3, 17, 23, NULL, 840);
INSERT INTO public.participation_event VALUES (70, 'APPLY', NULL, 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/9', NULL, NULL, NULL, '2026-11-29 06:13:16.764112+00', 4, 9, 26, NULL, 845);
INSERT INTO public.participation_event VALUES (73, 'APPLY', NULL, 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/14', NULL, NULL, NULL, '2026-11-29 06:13:16.83163+00', 5, 14, 27, NULL, 851);
INSERT INTO public.participation_event VALUES (74, 'APPLY', NULL, 'JOINED', 1, 'INFLUENCER', 'gid://joinery/Influencer/15', NULL, NULL, NULL, '2026-11-29 06:13:16.844112+00', 5, 15, 28, NULL, 852);
INSERT INTO public.participation_event VALUES (76, 'APPLY', NULL, 'APPLIED', 1, 'INFLUENCER', 'gid://joinery/Influencer/14', NULL, NULL, NULL, '2026-11-29 06:13:16.934656+00', 6, 14, 29, NULL, 858);
INSERT INTO public.participation_event VALUES (77, 'MARK_JOINED', NULL, 'APPROVED', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:16.993253+00', 6, 15, 30, NULL, 859);
INSERT INTO public.participation_event VALUES (78, 'MARK_JOINED', NULL, 'WAITING', 1, 'STAFF', 'staff-1', 'Mika Sato', '強制参加', NULL, '2026-11-29 06:13:16.993253+00', 6, 2, 31, NULL, 859);
INSERT INTO public.participation_event VALUES (79, 'MARK_JOINED', NULL, 'JOINED', 1, 'STAFF', 'staff-1', 'Mika Sato', NULL, NULL, '2026-11-29 06:13:17.100942+00', 2, 16, 32, NULL, 866);
INSERT INTO public.post VALUES (1, 'https://www.instagram.com/p/Aiko1?igsh=x', 'b2b58fc3cdbbe8f56a90b9b69bc2e31cb5809e452913bf48403c7c8c787a3516', 'EFFECTIVE', NULL, NULL, '2026-11-29 06:13:15.771816+00', '2026-11-29 06:13:15.794384+00', 1, 1, 1);
INSERT INTO public.post VALUES (2, 'https://www.instagram.com/p/Aiko2', '3d32d57259b504af3a00a4af1e25585d7943e7d48689ec6b3b9543fbfc3b3e82', 'SUBMITTED', NULL, NULL, '2026-11-29 06:13:15.844067+00', '2026-11-29 06:13:15.844067+00', 1, 1, 1);
INSERT INTO public.post VALUES (3, 'https://www.instagram.com/p/Five', 'e1c273e5fc65b7909c909b4fe21e2087e7fb30d27183b853ee4660148e3e62a4', 'SUBMITTED', NULL, NULL, '2026-11-29 06:13:16.048311+00', '2026-11-29 06:13:16.048311+00', 15, 2, 16);
INSERT INTO public.post VALUES (4, 'https://www.instagram.com/p/One', 'fdd431688ac9e9695621181f51964bf1a4a949909e712ee38502f72a547d569f', 'APPROVED', NULL, NULL, '2026-11-29 06:13:16.108198+00', '2026-11-29 06:13:16.132418+00', 11, 2, 12);
INSERT INTO public.post VALUES (5, 'https://www.instagram.com/p/Two', '876af934e8797f6ad61f61f6b73cd45de45c9e5f103d4705e038ca7fa21c5e63', 'INEFFECTIVE', NULL, 'why', '2026-11-29 06:13:16.172258+00', '2026-11-29 06:13:16.218833+00', 12, 2, 13);
INSERT INTO public.post VALUES (6, 'https://www.instagram.com/p/Three', 'abed1a00e30ff454ead8ac3e6fa8b599480b80901aa2535ca96582b35877a4b1', 'WARNING', 'DELETED_POST', 'why', '2026-11-29 06:13:16.236132+00', '2026-11-29 06:13:16.246897+00', 13, 2, 14);
INSERT INTO public.post VALUES (7, 'https://www.instagram.com/p/Four', '87082d7c9c9b6c77b06d8e1dc88d9d41d650be329dcac755eb269f1678c837b8', 'WARNING', 'AD_FRAUD', 'why', '2026-11-29 06:13:16.277965+00', '2026-11-29 06:13:16.305549+00', 14, 2, 15);
INSERT INTO public.post VALUES (8, 'https://www.youtube.com/watch?v=dQw4w9WgXcQ', '6bc35c67f0de1515cd8f2f30a583a919186e85b956fe025cd7b4a933fa5b78e6', 'SUBMITTED', NULL, NULL, '2026-11-29 06:13:16.342667+00', '2026-11-29 06:13:16.342667+00', 4, 2, 18);
INSERT INTO public.post VALUES (9, 'https://youtu.be/dQw4w9WgXcQ?si=x', '61e610a9d7fd37bc9df752aa7dd374f0852a4ab0d59bd3cad47afa5cb604fd01', 'SUBMITTED', NULL, NULL, '2026-11-29 06:13:16.364502+00', '2026-11-29 06:13:16.364502+00', 5, 2, 19);
INSERT INTO public.post VALUES (10, 'https://youtu.be/jNQXAC9IVRw', '7c36a6256c8bc7f758f38afcb24ba21e7011d9350f000298a401a171c84ec07d', 'INEFFECTIVE', NULL, 'why', '2026-11-29 06:13:16.392476+00', '2026-11-29 06:13:16.412252+00', 4, 2, 18);
INSERT INTO public.post VALUES (11, 'https://www.youtube.com/shorts/jNQXAC9IVRw', '21b442b462dd1f314dc3cb2968a8176a63b6d385ed38c3ba255d0c7eef1bcf15', 'EFFECTIVE', NULL, NULL, '2026-11-29 06:13:16.44226+00', '2026-11-29 06:13:16.469468+00', 4, 2, 18);
INSERT INTO public.post VALUES (12, 'https://www.instagram.com/p/Link', 'd73d286939e1f7a113d7a054d8a8f5f62b80d5a83fe1f84d1f0d7d197faa0786', 'SUBMITTED', NULL, NULL, '2026-11-29 06:13:16.557918+00', '2026-11-29 06:13:16.557918+00', 1, 3, 20);
INSERT INTO public.post VALUES (13, 'https://www.instagram.com/p/Over', '48d4ca2a4b86f0cc2c11accd0055d2c860af6fa427c5c7a82f3eefd6d0d59db6', 'SUBMITTED', NULL, NULL, '2026-11-29 06:13:16.872484+00', '2026-11-29 06:13:16.872484+00', 16, 5, 27);
INSERT INTO public.social_account VALUES (1, 1, 'INSTAGRAM-1-0', 'instagram_1', 'instagram_1', 20100, '2026-11-29 06:13:14.939707+00', NULL, 1);
INSERT INTO public.social_account VALUES (2, 1, 'INSTAGRAM-2-0', 'instagram_2', 'instagram_2', 20200, '2026-11-29 06:13:15.022292+00', NULL, 2);
INSERT INTO public.social_account VALUES (3, 2, 'TIKTOK-2-1', 'tiktok_2', 'tiktok_2', 20201, '2026-11-29 06:13:15.022292+00', NULL, 2);
INSERT INTO public.social_account VALUES (4, 3, 'YOUTUBE-4-0', 'youtube_4', 'youtube_4', 20400, '2026-11-29 06:13:15.044237+00', NULL, 4);
INSERT INTO public.social_account VALUES (5, 3, 'YOUTUBE-5-0', 'youtube_5', 'youtube_5', 20500, '2026-11-29 06:13:15.056406+00', NULL, 5);
INSERT INTO public.social_account VALUES (6, 2, 'TIKTOK-6-0', 'tiktok_6', 'tiktok_6', 20600, '2026-11-29 06:13:15.064709+00', NULL, 6);
INSERT INTO public.social_account VALUES (7, 1, 'INSTAGRAM-7-0', 'instagram_7', 'instagram_7', 20700, '2026-11-29 06:13:15.079293+00', NULL, 7);
INSERT INTO public.social_account VALUES (8, 3, 'YOUTUBE-7-1', 'youtube_7', 'youtube_7', 20701, '2026-11-29 06:13:15.079293+00', NULL, 7);
INSERT INTO public.social_account VALUES (9, 1, 'INSTAGRAM-8-0', 'instagram_8', 'instagram_8', 20800, '2026-11-29 06:13:15.08836+00', NULL, 8);
INSERT INTO public.social_account VALUES (11, 1, 'INSTAGRAM-9-0', 'instagram_9', 'instagram_9', 20900, '2026-11-29 06:13:15.104159+00', NULL, 9);
INSERT INTO public.social_account VALUES (12, 1, 'INSTAGRAM-10-0', 'instagram_10', 'instagram_10', 21000, '2026-11-29 06:13:15.117144+00', NULL, 10);
INSERT INTO public.social_account VALUES (13, 1, 'INSTAGRAM-11-0', 'instagram_11', 'instagram_11', 21100, '2026-11-29 06:13:15.132232+00', NULL, 11);
INSERT INTO public.social_account VALUES (14, 1, 'INSTAGRAM-12-0', 'instagram_12', 'instagram_12', 21200, '2026-11-29 06:13:15.152204+00', NULL, 12);
INSERT INTO public.social_account VALUES (15, 1, 'INSTAGRAM-13-0', 'instagram_13', 'instagram_13', 21300, '2026-11-29 06:13:15.172493+00', NULL, 13);
INSERT INTO public.social_account VALUES (16, 1, 'INSTAGRAM-14-0', 'instagram_14', 'instagram_14', 21400, '2026-11-29 06:13:15.189967+00', NULL, 14);
INSERT INTO public.social_account VALUES (17, 1, 'INSTAGRAM-15-0', 'instagram_15', 'instagram_15', 21500, '2026-11-29 06:13:15.200139+00', NULL, 15);
INSERT INTO public.social_account VALUES (18, 1, 'INSTAGRAM-16-0', 'instagram_16', 'instagram_16', 21600, '2026-11-29 06:13:15.216064+00', NULL, 16);
INSERT INTO public.social_account VALUES (19, 1, 'ig-lin', 'lin.yijun', 'lin.yijun', 30000, '2026-11-29 06:13:15.404058+00', NULL, 3);
INSERT INTO public.social_account VALUES (10, 4, 'X-8-1', 'x_8', 'x_8', 20801, '2026-11-29 06:13:15.08836+00', '2026-11-29 06:13:15.748344+00', 8);
INSERT INTO public.social_account VALUES (20, 4, 'x', 'late', 'late', 7, '2026-11-29 06:13:16.665937+00', NULL, 17);
INSERT INTO public.social_account VALUES (21, 2, 'tt', 'Ｌａｔｅ', 'late', 7, '2026-11-29 06:13:16.705379+00', NULL, 17);
INSERT INTO public.tortoise_migrations VALUES (1, 'models', '0001_initial', '2026-11-29 06:13:04.450182+00');
INSERT INTO public.tortoise_migrations VALUES (2, 'models', '0002_indexes_and_history', '2026-11-29 06:13:04.583285+00');
INSERT INTO public.tortoise_migrations VALUES (3, 'models', '0003_availability_counts', '2026-11-29 06:13:04.795257+00');
INSERT INTO public.tortoise_migrations VALUES (4, 'models', '0004_text_search', '2026-11-29 06:13:04.861319+00');
SELECT pg_catalog.setval('public.availability_delta_id_seq', 47, true);
SELECT pg_catalog.setval('public.availability_override_id_seq', 4, true);
SELECT pg_catalog.setval('public.campaign_id_seq', 8, true);
SELECT pg_catalog.setval('public.category_id_seq', 3, true);
SELECT pg_catalog.setval('public.idempotency_key_id_seq', 1, true);
SELECT pg_catalog.setval('public.influencer_id_seq', 17, true);
SELECT pg_catalog.setval('public.participation_event_id_seq', 79, true);
SELECT pg_catalog.setval('public.participation_id_seq', 32, true);
SELECT pg_catalog.setval('public.post_id_seq', 13, true);
SELECT pg_catalog.setval('public.social_account_id_seq', 21, true);
SELECT pg_catalog.setval('public.tortoise_migrations_id_seq', 4, true);
ALTER TABLE ONLY public.availability_count
    ADD CONSTRAINT availability_count_pkey PRIMARY KEY (campaign_id);
ALTER TABLE ONLY public.availability_delta
    ADD CONSTRAINT availability_delta_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.availability_override
    ADD CONSTRAINT availability_override_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_key_key UNIQUE (key);
ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.influencer
    ADD CONSTRAINT influencer_external_id_key UNIQUE (external_id);
ALTER TABLE ONLY public.influencer
    ADD CONSTRAINT influencer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.influencer_search
    ADD CONSTRAINT influencer_search_pkey PRIMARY KEY (influencer_id);
ALTER TABLE ONLY public.participation_event
    ADD CONSTRAINT participation_event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.participation
    ADD CONSTRAINT participation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.social_account
    ADD CONSTRAINT social_account_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tortoise_migrations
    ADD CONSTRAINT tortoise_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT uid_idempotency_caller_879275 UNIQUE (caller, key);
ALTER TABLE ONLY public.tortoise_migrations
    ADD CONSTRAINT uid_tortoise_mi_app_3803a5 UNIQUE (app, name);
CREATE UNIQUE INDEX account_connected_once ON public.social_account USING btree (platform, external_id) WHERE (disconnected_at IS NULL);
CREATE INDEX account_external ON public.social_account USING btree (platform, external_id);
CREATE INDEX account_influencer ON public.social_account USING btree (influencer_id, followers, id);
CREATE INDEX campaign_advertiser ON public.campaign USING btree (advertiser_id, created_at, id);
CREATE INDEX campaign_created ON public.campaign USING btree (created_at, id);
CREATE INDEX campaign_deadline ON public.campaign USING btree (application_deadline, id);
CREATE INDEX campaign_search_key ON public.campaign USING gin (search_key public.gin_trgm_ops);
CREATE INDEX campaign_title ON public.campaign USING btree (title_key, id);
CREATE INDEX event_campaign ON public.participation_event USING btree (campaign_id, xid, id);
CREATE INDEX event_candidate ON public.participation_event USING btree (influencer_id, campaign_id, id);
CREATE INDEX event_feed ON public.participation_event USING btree (xid, id);
CREATE INDEX event_participation ON public.participation_event USING btree (participation_id, id);
CREATE INDEX idx_availabilit_campaig_3df93a ON public.availability_delta USING btree (campaign_id);
CREATE INDEX idx_idempotency_created_98dcfd ON public.idempotency_key USING btree (created_at);
CREATE INDEX influencer_country_followers ON public.influencer USING btree (country, followers, id) INCLUDE (platforms, multi, category_mask, category_overflow, f1, f2, f3, f4, f5, f6, f7) WHERE (erased_at IS NULL);
CREATE INDEX influencer_country_name ON public.influencer USING btree (country, name_key, id) INCLUDE (platforms, multi, category_mask, category_overflow, f1, f2, f3, f4, f5, f6, f7) WHERE (erased_at IS NULL);
CREATE INDEX influencer_erased ON public.influencer USING btree (id) WHERE (erased_at IS NOT NULL);
CREATE INDEX influencer_followers ON public.influencer USING btree (followers, id) INCLUDE (country, platforms, multi, category_mask, category_overflow, f1, f2, f3, f4, f5, f6, f7) WHERE (erased_at IS NULL);
CREATE INDEX influencer_name ON public.influencer USING btree (name_key, id) INCLUDE (country, platforms, multi, category_mask, category_overflow, f1, f2, f3, f4, f5, f6, f7) WHERE (erased_at IS NULL);
CREATE INDEX influencer_search_grams ON public.influencer_search USING gin (public.search_grams(text));
CREATE INDEX influencer_search_text ON public.influencer_search USING gin (text public.gin_trgm_ops);
CREATE UNIQUE INDEX override_once ON public.availability_override USING btree (campaign_id, influencer_id) INCLUDE (availability);
CREATE INDEX participation_changed ON public.participation USING btree (campaign_id, updated_at, id);
CREATE INDEX participation_created ON public.participation USING btree (campaign_id, created_at, id);
CREATE INDEX participation_influencer ON public.participation USING btree (influencer_id, updated_at, id) INCLUDE (status);
CREATE INDEX participation_largest ON public.participation USING btree (followers, id);
CREATE INDEX participation_newest ON public.participation USING btree (created_at, id);
CREATE UNIQUE INDEX participation_once ON public.participation USING btree (campaign_id, influencer_id) INCLUDE (status);
CREATE INDEX participation_status_changed ON public.participation USING btree (campaign_id, status, updated_at, id);
CREATE INDEX participation_status_followers ON public.participation USING btree (campaign_id, status, followers, influencer_id);
CREATE INDEX participation_updated ON public.participation USING btree (updated_at, id);
CREATE INDEX post_campaign ON public.post USING btree (campaign_id, submitted_at, id);
CREATE UNIQUE INDEX post_once ON public.post USING btree (campaign_id, url_digest);
CREATE INDEX post_participation ON public.post USING btree (participation_id, submitted_at, id) INCLUDE (status);
CREATE TRIGGER participation_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.participation_event FOR EACH STATEMENT EXECUTE FUNCTION public.participation_event_is_history();
ALTER TABLE ONLY public.availability_override
    ADD CONSTRAINT availability_override_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.availability_override
    ADD CONSTRAINT availability_override_influencer_id_fkey FOREIGN KEY (influencer_id) REFERENCES public.influencer(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.influencer_search
    ADD CONSTRAINT influencer_search_influencer_id_fkey FOREIGN KEY (influencer_id) REFERENCES public.influencer(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.participation
    ADD CONSTRAINT participation_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.participation_event
    ADD CONSTRAINT participation_event_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.participation_event
    ADD CONSTRAINT participation_event_influencer_id_fkey FOREIGN KEY (influencer_id) REFERENCES public.influencer(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.participation_event
    ADD CONSTRAINT participation_event_participation_id_fkey FOREIGN KEY (participation_id) REFERENCES public.participation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.participation_event
    ADD CONSTRAINT participation_event_post_id_fkey FOREIGN KEY (post_id) REFERENCES public.post(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.participation
    ADD CONSTRAINT participation_influencer_id_fkey FOREIGN KEY (influencer_id) REFERENCES public.influencer(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.participation
    ADD CONSTRAINT participation_selected_account_id_fkey FOREIGN KEY (selected_account_id) REFERENCES public.social_account(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.social_account(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_participation_id_fkey FOREIGN KEY (participation_id) REFERENCES public.participation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY public.social_account
    ADD CONSTRAINT social_account_influencer_id_fkey FOREIGN KEY (influencer_id) REFERENCES public.influencer(id) ON DELETE RESTRICT;
