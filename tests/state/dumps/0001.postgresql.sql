CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.breaker_refusals (
    credential text NOT NULL,
    target text NOT NULL
);
CREATE TABLE public.breakers (
    credential text NOT NULL,
    opened_at bigint
);
CREATE TABLE public.deletions (
    id integer NOT NULL,
    target text NOT NULL,
    channel text NOT NULL,
    store text NOT NULL,
    cutoff bigint NOT NULL,
    started bigint NOT NULL,
    ended bigint NOT NULL,
    count bigint NOT NULL,
    observed boolean NOT NULL,
    run text NOT NULL
);
CREATE SEQUENCE public.deletions_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.deletions_id_seq OWNED BY public.deletions.id;
CREATE TABLE public.duties (
    camera text NOT NULL,
    pack text NOT NULL,
    rule text NOT NULL,
    target text NOT NULL,
    channel text NOT NULL,
    max_gap_seconds integer NOT NULL,
    next_due bigint NOT NULL,
    enrolled_at bigint NOT NULL
);
CREATE TABLE public.first_uses (
    camera text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.impossibility_proofs (
    target text NOT NULL,
    channel text NOT NULL,
    verb text NOT NULL,
    item text NOT NULL,
    firmware text NOT NULL,
    kind text NOT NULL,
    detail text NOT NULL,
    proven_at bigint NOT NULL,
    expires bigint NOT NULL,
    run text NOT NULL
);
CREATE TABLE public.meta (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.prior_values (
    id integer NOT NULL,
    run text NOT NULL,
    change text NOT NULL,
    target text NOT NULL,
    channel text NOT NULL,
    fact text NOT NULL,
    value text NOT NULL,
    at bigint NOT NULL
);
CREATE SEQUENCE public.prior_values_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.prior_values_id_seq OWNED BY public.prior_values.id;
CREATE TABLE public.standings (
    camera text NOT NULL,
    pack text NOT NULL,
    rule text NOT NULL,
    control text NOT NULL,
    endpoint text NOT NULL,
    verdict text NOT NULL,
    qualifier text NOT NULL,
    basis text NOT NULL,
    remediation text NOT NULL,
    reason text NOT NULL,
    since bigint NOT NULL,
    checked_at bigint NOT NULL
);
CREATE TABLE public.witness_memory (
    target text NOT NULL,
    channel text NOT NULL,
    proves text NOT NULL,
    point text NOT NULL,
    answered boolean NOT NULL,
    at bigint NOT NULL,
    positive_at bigint
);
ALTER TABLE ONLY public.deletions ALTER COLUMN id SET DEFAULT nextval('public.deletions_id_seq'::regclass);
ALTER TABLE ONLY public.prior_values ALTER COLUMN id SET DEFAULT nextval('public.prior_values_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.breaker_refusals VALUES ('c1', 't-1');
INSERT INTO public.breaker_refusals VALUES ('c1', 't-2');
INSERT INTO public.breaker_refusals VALUES ('c1', 't-3');
INSERT INTO public.breaker_refusals VALUES ('c2', 't-9');
INSERT INTO public.breakers VALUES ('c1', 1795348800000000);
INSERT INTO public.breakers VALUES ('c2', NULL);
INSERT INTO public.deletions VALUES (1, 't-1', '1', 'footage', 1795262400000000, 1795262400000001, 1795262400000005, 12000000000, true, 'run-1');
INSERT INTO public.deletions VALUES (2, 't-1', '1', 'footage', 1795348800000000, 1795348800000001, 1795348800000005, 0, false, 'run-2');
INSERT INTO public.duties VALUES ('cam-1', 'kr-pipc-thermal-2020', 'saving-off', 't-1', '1', 86400, 1795392000000000, 1795176000000000);
INSERT INTO public.duties VALUES ('cam-2', 'kr-pipc-thermal-2020', 'saving-off', 't-2', '7', 3600, 1795350600000000, 1795176000000000);
INSERT INTO public.first_uses VALUES ('cam-9', 1791748800000000);
INSERT INTO public.impossibility_proofs VALUES ('t-1', '*', 'recording.stop', 'job=j-1', '5.1', 'refused', 'ter:ActionNotSupported; it''s fixed', 1795348800000000, 1810900800000000, 'run-1');
INSERT INTO public.meta VALUES ('instance-salt', '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a');
INSERT INTO public.meta VALUES ('highest-time', '2026-11-22T12:00:00.000000+00:00');
INSERT INTO public.prior_values VALUES (1, 'run-1', 'chg-1', 't-1', '1', 'recording.mode', '"continuous"', 1795348800000000);
INSERT INTO public.standings VALUES ('cam-1', 'kr-pipc-thermal-2020', 'saving-off', 'storage.edge.off', 't-1/1', 'fail', '', 'read-back', 'none', 'offender: job J1 records – 녹화', 1795345200000000, 1795348800000000);
INSERT INTO public.witness_memory VALUES ('t-1', '1', 'stream.answers', 'rtsp:127.0.0.1:554:/live', false, 1795348800000000, 1795345200000000);
SELECT pg_catalog.setval('public.deletions_id_seq', 2, true);
SELECT pg_catalog.setval('public.prior_values_id_seq', 1, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.breaker_refusals
    ADD CONSTRAINT pk_breaker_refusals PRIMARY KEY (credential, target);
ALTER TABLE ONLY public.breakers
    ADD CONSTRAINT pk_breakers PRIMARY KEY (credential);
ALTER TABLE ONLY public.deletions
    ADD CONSTRAINT pk_deletions PRIMARY KEY (id);
ALTER TABLE ONLY public.duties
    ADD CONSTRAINT pk_duties PRIMARY KEY (camera, pack, rule, target, channel);
ALTER TABLE ONLY public.first_uses
    ADD CONSTRAINT pk_first_uses PRIMARY KEY (camera);
ALTER TABLE ONLY public.impossibility_proofs
    ADD CONSTRAINT pk_impossibility_proofs PRIMARY KEY (target, channel, verb, item, firmware, kind);
ALTER TABLE ONLY public.meta
    ADD CONSTRAINT pk_meta PRIMARY KEY (name);
ALTER TABLE ONLY public.prior_values
    ADD CONSTRAINT pk_prior_values PRIMARY KEY (id);
ALTER TABLE ONLY public.standings
    ADD CONSTRAINT pk_standings PRIMARY KEY (camera, pack, rule, control, endpoint);
ALTER TABLE ONLY public.witness_memory
    ADD CONSTRAINT pk_witness_memory PRIMARY KEY (target, channel, proves, point);
ALTER TABLE ONLY public.deletions
    ADD CONSTRAINT uq_deletions_target UNIQUE (target, channel, store, cutoff, ended, run);
ALTER TABLE ONLY public.prior_values
    ADD CONSTRAINT uq_prior_values_run UNIQUE (run, change, target, channel, fact);
CREATE INDEX ix_duties_next_due ON public.duties USING btree (next_due);
ALTER TABLE ONLY public.breaker_refusals
    ADD CONSTRAINT fk_breaker_refusals_credential_breakers FOREIGN KEY (credential) REFERENCES public.breakers(credential) ON DELETE CASCADE;
