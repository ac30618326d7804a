BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE breaker_refusals (
	credential TEXT NOT NULL, 
	target TEXT NOT NULL, 
	CONSTRAINT pk_breaker_refusals PRIMARY KEY (credential, target), 
	CONSTRAINT fk_breaker_refusals_credential_breakers FOREIGN KEY(credential) REFERENCES breakers (credential) ON DELETE CASCADE
);
INSERT INTO "breaker_refusals" VALUES('c1','t-1');
INSERT INTO "breaker_refusals" VALUES('c1','t-2');
INSERT INTO "breaker_refusals" VALUES('c1','t-3');
INSERT INTO "breaker_refusals" VALUES('c2','t-9');
CREATE TABLE breakers (
	credential TEXT NOT NULL, 
	opened_at BIGINT, 
	CONSTRAINT pk_breakers PRIMARY KEY (credential)
);
INSERT INTO "breakers" VALUES('c1',1795348800000000);
INSERT INTO "breakers" VALUES('c2',NULL);
CREATE TABLE deletions (
	id INTEGER NOT NULL, 
	target TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	store TEXT NOT NULL, 
	cutoff BIGINT NOT NULL, 
	started BIGINT NOT NULL, 
	ended BIGINT NOT NULL, 
	count BIGINT NOT NULL, 
	observed BOOLEAN NOT NULL, 
	run TEXT NOT NULL, 
	CONSTRAINT pk_deletions PRIMARY KEY (id), 
	CONSTRAINT uq_deletions_target UNIQUE (target, channel, store, cutoff, ended, run)
);
INSERT INTO "deletions" VALUES(1,'t-1','1','footage',1795262400000000,1795262400000001,1795262400000005,12000000000,1,'run-1');
INSERT INTO "deletions" VALUES(2,'t-1','1','footage',1795348800000000,1795348800000001,1795348800000005,0,0,'run-2');
CREATE TABLE duties (
	camera TEXT NOT NULL, 
	pack TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	target TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	max_gap_seconds INTEGER NOT NULL, 
	next_due BIGINT NOT NULL, 
	enrolled_at BIGINT NOT NULL, 
	CONSTRAINT pk_duties PRIMARY KEY (camera, pack, rule, target, channel)
);
INSERT INTO "duties" VALUES('cam-1','kr-pipc-thermal-2020','saving-off','t-1','1',86400,1795392000000000,1795176000000000);
INSERT INTO "duties" VALUES('cam-2','kr-pipc-thermal-2020','saving-off','t-2','7',3600,1795350600000000,1795176000000000);
CREATE TABLE first_uses (
	camera TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_first_uses PRIMARY KEY (camera)
);
INSERT INTO "first_uses" VALUES('cam-9',1791748800000000);
CREATE TABLE impossibility_proofs (
	target TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	verb TEXT NOT NULL, 
	item TEXT NOT NULL, 
	firmware TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	proven_at BIGINT NOT NULL, 
	expires BIGINT NOT NULL, 
	run TEXT NOT NULL, 
	CONSTRAINT pk_impossibility_proofs PRIMARY KEY (target, channel, verb, item, firmware, kind)
);
INSERT INTO "impossibility_proofs" VALUES('t-1','*','recording.stop','job=j-1','5.1','refused','ter:ActionNotSupported; it''s fixed',1795348800000000,1810900800000000,'run-1');
CREATE TABLE meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('instance-salt','5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a');
INSERT INTO "meta" VALUES('highest-time','2026-11-22T12:00:00.000000+00:00');
CREATE TABLE prior_values (
	id INTEGER NOT NULL, 
	run TEXT NOT NULL, 
	change TEXT NOT NULL, 
	target TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	fact TEXT NOT NULL, 
	value TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_prior_values PRIMARY KEY (id), 
	CONSTRAINT uq_prior_values_run UNIQUE (run, change, target, channel, fact)
);
INSERT INTO "prior_values" VALUES(1,'run-1','chg-1','t-1','1','recording.mode','"continuous"',1795348800000000);
CREATE TABLE standings (
	camera TEXT NOT NULL, 
	pack TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	control TEXT NOT NULL, 
	endpoint TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	qualifier TEXT NOT NULL, 
	basis TEXT NOT NULL, 
	remediation TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	checked_at BIGINT NOT NULL, 
	CONSTRAINT pk_standings PRIMARY KEY (camera, pack, rule, control, endpoint)
);
INSERT INTO "standings" VALUES('cam-1','kr-pipc-thermal-2020','saving-off','storage.edge.off','t-1/1','fail','','read-back','none','offender: job J1 records – 녹화',1795345200000000,1795348800000000);
CREATE TABLE witness_memory (
	target TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	proves TEXT NOT NULL, 
	point TEXT NOT NULL, 
	answered BOOLEAN NOT NULL, 
	at BIGINT NOT NULL, 
	positive_at BIGINT, 
	CONSTRAINT pk_witness_memory PRIMARY KEY (target, channel, proves, point)
);
INSERT INTO "witness_memory" VALUES('t-1','1','stream.answers','rtsp:127.0.0.1:554:/live',0,1795348800000000,1795345200000000);
CREATE INDEX ix_duties_next_due ON duties (next_due);
COMMIT;
