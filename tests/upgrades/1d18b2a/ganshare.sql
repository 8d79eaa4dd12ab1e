BEGIN TRANSACTION;
CREATE TABLE accounts (
    account TEXT PRIMARY KEY,
    main TEXT NOT NULL,
    since DOUBLE PRECISION NOT NULL
);
INSERT INTO "accounts" VALUES('discord:0','discord:0',1.79604891187799429888e+09);
INSERT INTO "accounts" VALUES('telegram:8','discord:0',1.79604898352998948096e+09);
CREATE TABLE artworks (
    id TEXT PRIMARY KEY,
    job TEXT NOT NULL UNIQUE REFERENCES jobs (id),
    attempt INTEGER NOT NULL,
    person TEXT NOT NULL,
    prompt TEXT NOT NULL,
    attributes TEXT NOT NULL,
    seed BIGINT NOT NULL,
    model TEXT NOT NULL,
    blob TEXT NOT NULL,
    preview TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    manifest TEXT NOT NULL,
    may_sell BOOLEAN NOT NULL,
    created DOUBLE PRECISION NOT NULL
, hidden TEXT, deleted DOUBLE PRECISION);
INSERT INTO "artworks" VALUES('01a22cdc76cc3450eab841','01a22cdb7e095703b1ac00',1,'discord:1','a boat | fog:0.5 | people:-0.3','{"Subject":"Boat","Category":"Things"}',2,'paintings-f8','pictures/01a22cdb7e095703b1ac00/1.png','pictures/01a22cdb7e095703b1ac00/1.jpg',64,64,'7bfa0b0d57b862f014ca7d569044418f73cd40775b257fd206ab728129f8a5ee','{"prompt":"a boat | fog:0.5 | people:-0.3","prompts":[{"text":"a boat","weight":1.0},{"text":"fog","weight":0.5},{"text":"people","weight":-0.3}],"attributes":{"Subject":"Boat","Category":"Things"},"seed":2,"model":"paintings-f8","weights_sha256":"8373b637d8652416222208b2f2b7cd0cf458bb31e65e40fb6cdaaa8bfe9efb1b","models":{"vqgan":{"name":"paintings-f8","sha256":"8373b637d8652416222208b2f2b7cd0cf458bb31e65e40fb6cdaaa8bfe9efb1b","licence":"Apache-2.0","may_sell":true},"perceptor":{"name":"lite-minilm","sha256":"350f872aa24a76f341147a24eb29bb2c348fd14cd574a1031ebd053857aa7064","licence":"Apache-2.0","may_sell":true},"upscaler":null},"may_sell":true,"steps":4,"steps_taken":4,"size":[64,64],"num_cutouts":2,"init_image_sha256":null,"target_images_sha256":[],"noise_prompts":[],"losses":{"a boat":1.0306426286697388,"fog":0.5102622509002686,"people":-0.3580160439014435,"subject":1.3835868835449219,"range":0.0,"smoothness":0.00430833175778389,"lattice":0.03535827249288559,"loss":2.606142323464155},"width":64,"height":64,"ganshare_version":"0.1.0","torch_version":"2.13.0+cpu","seconds":{"load":0.252,"synthesise":62.673,"upscale":0.0,"write":0.452},"frames":[],"video":null,"path":null}',1,1.79604897558301973342e+09,NULL,NULL);
INSERT INTO "artworks" VALUES('01a22cdc881bd91487ab31','01a22cdb7e0598c5bfacdb',1,'discord:0','a castle in teal','{"Subject":"Castle","Category":"Things","Colour":"Teal","Hex":"#008080"}',1,'paintings-f8','pictures/01a22cdb7e0598c5bfacdb/1.png','pictures/01a22cdb7e0598c5bfacdb/1.jpg',64,64,'030c7f34f4e5b7fb8b8df7059e3f44c775ebae62ae14a2423ec9dae1b2c790db','{"prompt":"a castle in teal","prompts":[{"text":"a castle in teal","weight":1.0}],"attributes":{"Subject":"Castle","Category":"Things","Colour":"Teal","Hex":"#008080"},"seed":1,"model":"paintings-f8","weights_sha256":"8373b637d8652416222208b2f2b7cd0cf458bb31e65e40fb6cdaaa8bfe9efb1b","models":{"vqgan":{"name":"paintings-f8","sha256":"8373b637d8652416222208b2f2b7cd0cf458bb31e65e40fb6cdaaa8bfe9efb1b","licence":"Apache-2.0","may_sell":true},"perceptor":{"name":"lite-minilm","sha256":"350f872aa24a76f341147a24eb29bb2c348fd14cd574a1031ebd053857aa7064","licence":"Apache-2.0","may_sell":true},"upscaler":null},"may_sell":true,"steps":4,"steps_taken":4,"size":[64,64],"num_cutouts":2,"init_image_sha256":null,"target_images_sha256":[],"noise_prompts":[],"losses":{"a castle in teal":1.107525110244751,"subject":1.7699198722839355,"palette":0.5360740423202515,"range":0.0,"smoothness":0.0024096425622701645,"lattice":0.006901039741933346,"loss":3.4228297071531415},"width":64,"height":64,"ganshare_version":"0.1.0","torch_version":"2.13.0+cpu","seconds":{"load":0.255,"synthesise":67.697,"upscale":0.0,"write":0.048},"frames":[],"video":null,"path":null}',1,1.79604898000299191473e+09,NULL,NULL);
CREATE TABLE ballot_lists (
    artwork TEXT NOT NULL REFERENCES artworks (id),
    via TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (artwork, via)
);
CREATE TABLE ballots (
    artwork TEXT NOT NULL REFERENCES artworks (id),
    account TEXT NOT NULL,
    via TEXT NOT NULL,
    up BOOLEAN NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (artwork, account, via)
);
INSERT INTO "ballots" VALUES('01a22cdc881bd91487ab31','discord:20','button',1,1.79604898357501029972e+09);
INSERT INTO "ballots" VALUES('01a22cdc881bd91487ab31','discord:21','button',1,1.79604898361999082562e+09);
INSERT INTO "ballots" VALUES('01a22cdc881bd91487ab31','discord:22','button',1,1.7960489836489989758e+09);
INSERT INTO "ballots" VALUES('01a22cdc881bd91487ab31','discord:23','button',1,1.7960489836759953499e+09);
CREATE TABLE blocks (
    person TEXT PRIMARY KEY,
    blocked_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);
CREATE TABLE critic_scores (
    artwork TEXT NOT NULL REFERENCES artworks (id),
    critic TEXT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (artwork, critic)
);
CREATE TABLE critics (
    name TEXT PRIMARY KEY,
    phrase TEXT NOT NULL,
    perceptor TEXT NOT NULL,
    report TEXT NOT NULL,
    made DOUBLE PRECISION NOT NULL
);
CREATE TABLE curated (
    artwork TEXT PRIMARY KEY REFERENCES artworks (id),
    round TEXT NOT NULL REFERENCES rounds (id),
    approved BOOLEAN NOT NULL,
    decided_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided DOUBLE PRECISION NOT NULL,
    event INTEGER NOT NULL
);
INSERT INTO "curated" VALUES('01a22cdc881bd91487ab31','01a22cdc95f19c60b93c99',1,'discord:5','it won',1.79604898377698063852e+09,9);
CREATE TABLE engines (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    models TEXT NOT NULL,
    max_area INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    rate DOUBLE PRECISION,
    running TEXT NOT NULL,
    version TEXT NOT NULL,
    reported DOUBLE PRECISION NOT NULL
);
INSERT INTO "engines" VALUES('engine-1','here','["paintings-f8"]',262144,1,NULL,'[]','',1.79604898350798177723e+09);
CREATE TABLE forgotten_blobs (
    artwork TEXT PRIMARY KEY REFERENCES artworks (id),
    blobs TEXT NOT NULL
);
CREATE TABLE frames (
    job TEXT NOT NULL REFERENCES jobs (id),
    attempt INTEGER NOT NULL,
    step INTEGER NOT NULL,
    loss DOUBLE PRECISION,
    preview TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (job, attempt, step)
);
INSERT INTO "frames" VALUES('01a22cdb7e095703b1ac00',1,1,3.33777355705387890338e+00,'previews/01a22cdb7e095703b1ac00/1-0001.jpg',1.79604892933499073982e+09);
INSERT INTO "frames" VALUES('01a22cdb7e0598c5bfacdb',1,1,3.84469773247838,'previews/01a22cdb7e0598c5bfacdb/1-0001.jpg',1.79604893423800182346e+09);
INSERT INTO "frames" VALUES('01a22cdb7e095703b1ac00',1,2,3.81117711937986314296e+00,'previews/01a22cdb7e095703b1ac00/1-0002.jpg',1.79604895389699792864e+09);
INSERT INTO "frames" VALUES('01a22cdb7e0598c5bfacdb',1,2,3.55580493190791457891e+00,'previews/01a22cdb7e0598c5bfacdb/1-0002.jpg',1.79604895894500923153e+09);
INSERT INTO "frames" VALUES('01a22cdb7e095703b1ac00',1,3,3.10736197954975068569e+00,'previews/01a22cdb7e095703b1ac00/1-0003.jpg',1.79604896545798921585e+09);
INSERT INTO "frames" VALUES('01a22cdb7e0598c5bfacdb',1,3,3.3916036989539861679e+00,'previews/01a22cdb7e0598c5bfacdb/1-0003.jpg',1.79604897054200911528e+09);
INSERT INTO "frames" VALUES('01a22cdb7e095703b1ac00',1,4,2.60614232346415519714e+00,'previews/01a22cdb7e095703b1ac00/1-0004.jpg',1.79604897539601612095e+09);
INSERT INTO "frames" VALUES('01a22cdb7e0598c5bfacdb',1,4,3.42282970715314149856e+00,'previews/01a22cdb7e0598c5bfacdb/1-0004.jpg',1.79604897997100639342e+09);
CREATE TABLE gallery (
    artwork TEXT PRIMARY KEY REFERENCES artworks (id),
    person TEXT NOT NULL,
    words TEXT NOT NULL
);
INSERT INTO "gallery" VALUES('01a22cdc76cc3450eab841','discord:1',' a boat fog 0 5 people 0 3 boat things subject=boat category=things ');
INSERT INTO "gallery" VALUES('01a22cdc881bd91487ab31','discord:0',' a castle in teal castle things teal 008080 subject=castle category=things colour=teal hex=008080 ');
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    origin TEXT NOT NULL,
    reply_to TEXT NOT NULL,
    request TEXT NOT NULL,
    model TEXT NOT NULL,
    area INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    cost DOUBLE PRECISION NOT NULL,
    tag DOUBLE PRECISION NOT NULL,
    tag_end DOUBLE PRECISION NOT NULL,
    virtual_time DOUBLE PRECISION,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'dead')),
    attempt INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    worker TEXT,
    lease_until DOUBLE PRECISION,
    seat INTEGER NOT NULL,
    slot INTEGER,
    cancel_requested BOOLEAN NOT NULL,
    step INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    loss DOUBLE PRECISION,
    preview TEXT,
    saved_state TEXT,
    artwork TEXT,
    error TEXT,
    revision INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    started DOUBLE PRECISION,
    finished DOUBLE PRECISION,
    CHECK (state <> 'running'
        OR (worker IS NOT NULL AND lease_until IS NOT NULL AND slot IS NOT NULL))
);
INSERT INTO "jobs" VALUES('01a22cdb7e0598c5bfacdb','key 0','discord:0','discord','{"channel":"7","message":"0"}','{"prompt":"a castle in teal","seed":1,"model":"paintings-f8","steps":4,"width":64,"height":64,"num_cutouts":2,"upscale":false,"init_image":null}','paintings-f8',4096,0,0.001171875,0.0,0.001171875,1.171875e-06,'done',1,3,'engine-80637c',NULL,0,0,0,4,4,3.42282970715314149856e+00,'previews/01a22cdb7e0598c5bfacdb/1-0004.jpg','states/01a22cdb7e0598c5bfacdb/1-0004.safetensors','01a22cdc881bd91487ab31',NULL,19,0,1.79604891187799429888e+09,1.79604891193299293517e+09,1.79604897999599122998e+09);
INSERT INTO "jobs" VALUES('01a22cdb7e095703b1ac00','key 1','discord:1','discord','{"channel":"7","message":"1"}','{"prompt":"a boat | fog:0.5 | people:-0.3","seed":2,"model":"paintings-f8","steps":4,"width":64,"height":64,"num_cutouts":2,"upscale":false,"init_image":null}','paintings-f8',4096,0,0.001171875,0.0,0.001171875,2.34375e-06,'done',1,3,'engine-80637c',NULL,0,0,0,4,4,2.60614232346415519714e+00,'previews/01a22cdb7e095703b1ac00/1-0004.jpg','states/01a22cdb7e095703b1ac00/1-0004.safetensors','01a22cdc76cc3450eab841',NULL,19,0,1.79604891188101172452e+09,1.79604891203498387335e+09,1.79604897556499528885e+09);
INSERT INTO "jobs" VALUES('01a22cdc95d5440b94609e','waits','telegram:9','telegram','{}','{"prompt":"a castle","seed":9,"model":"paintings-f8","steps":120,"width":256,"height":256,"num_cutouts":16,"upscale":true,"init_image":null}','paintings-f8',65536,0,1.0,2.34375e-06,1.00000234375,NULL,'queued',0,3,NULL,NULL,0,NULL,0,0,120,NULL,NULL,NULL,NULL,NULL,1,0,1.79604898350999355317e+09,NULL,NULL);
INSERT INTO "jobs" VALUES('01a22cdc95d879d7556c3e','gone','telegram:9','telegram','{}','{"prompt":"a castle","seed":1,"model":"paintings-f8","steps":120,"width":256,"height":256,"num_cutouts":16,"upscale":true,"init_image":null}','paintings-f8',65536,0,1.0,1.00000234375,2.00000234375000029984e+00,NULL,'cancelled',0,3,NULL,NULL,1,NULL,1,0,120,NULL,NULL,NULL,NULL,NULL,2,0,1.79604898351200532912e+09,NULL,1.79604898351598834998e+09);
CREATE TABLE ledger_attempts (
    hash TEXT PRIMARY KEY,
    chain_id BIGINT NOT NULL,
    sender TEXT NOT NULL,
    nonce BIGINT NOT NULL,
    raw TEXT NOT NULL,
    max_fee TEXT NOT NULL,
    priority TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);
CREATE TABLE ledger_locks (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    fence BIGINT NOT NULL,
    until DOUBLE PRECISION NOT NULL
);
INSERT INTO "ledger_locks" VALUES('spending','vm pid:[4026531836] 16484 9617ba2d',1,0.0);
CREATE TABLE ledger_log (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    done_by TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);
INSERT INTO "ledger_log" VALUES('01a22cdc974033928e06c4','plan','["5","6"]','{"tokens":2}','admin',1.79604898387201118463e+09);
INSERT INTO "ledger_log" VALUES('01a22cdc9746f415db77b9','pin','["5"]','{"metadata_cid":"bafymetadata"}','admin',1.79604898387800598143e+09);
CREATE TABLE ledger_orders (
    hash TEXT PRIMARY KEY,
    chain_id BIGINT NOT NULL,
    collection TEXT NOT NULL,
    token TEXT NOT NULL,
    serial INTEGER NOT NULL,
    terms TEXT NOT NULL,
    signature TEXT NOT NULL,
    price TEXT NOT NULL,
    currency TEXT NOT NULL,
    ends BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    updated DOUBLE PRECISION NOT NULL
, page TEXT, decimals INTEGER NOT NULL DEFAULT 18);
CREATE TABLE ledger_tokens (
    chain_id BIGINT NOT NULL,
    collection TEXT NOT NULL,
    token TEXT NOT NULL,
    artwork TEXT NOT NULL,
    state TEXT NOT NULL,
    item TEXT NOT NULL,
    image_cid TEXT,
    metadata_cid TEXT,
    metadata TEXT,
    owner TEXT,
    updated DOUBLE PRECISION NOT NULL, page TEXT,
    PRIMARY KEY (chain_id, collection, token)
);
INSERT INTO "ledger_tokens" VALUES(137,'0x1111111111111111111111111111111111111111','5','01a22cdc881bd91487ab31','pinned','{"id":"artwork0005","sha256":"0000000000000000000000000000000000000000000000000000000000000005","prompt":"an Abstract painting of a City 5","attributes":{"Style":"Abstract","Subject":"City","Colour":"Red","Hex":"#ff0000"},"seed":5,"model":"paintings-f8","steps":200,"width":1024,"height":1024,"may_sell":true,"votes":7,"views":40,"round":"round1","round_title":"Week 1"}','bafyimage','bafymetadata','{}',NULL,1.79604898387700033187e+09,NULL);
INSERT INTO "ledger_tokens" VALUES(137,'0x1111111111111111111111111111111111111111','6','01a22cdc76cc3450eab841','planned','{"id":"artwork0006","sha256":"0000000000000000000000000000000000000000000000000000000000000006","prompt":"an Abstract painting of a City 6","attributes":{"Style":"Abstract","Subject":"City","Colour":"Red","Hex":"#ff0000"},"seed":6,"model":"paintings-f8","steps":200,"width":1024,"height":1024,"may_sell":true,"votes":7,"views":40,"round":"round1","round_title":"Week 1"}',NULL,NULL,NULL,NULL,1.79604898387100553507e+09,NULL);
CREATE TABLE ledger_transactions (
    chain_id BIGINT NOT NULL,
    sender TEXT NOT NULL,
    nonce BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    recipient TEXT,
    data TEXT NOT NULL,
    value TEXT NOT NULL,
    gas BIGINT NOT NULL,
    state TEXT NOT NULL,
    cost TEXT NOT NULL,
    hash TEXT,
    block BIGINT,
    created DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (chain_id, sender, nonce)
);
CREATE TABLE link_codes (
    hash TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    expires DOUBLE PRECISION NOT NULL
);
CREATE TABLE notes (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    person TEXT NOT NULL,
    place TEXT NOT NULL,
    text TEXT NOT NULL,
    reason TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);
CREATE TABLE place_changes (
    id TEXT PRIMARY KEY,
    place TEXT NOT NULL,
    changes TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);
CREATE TABLE places (
    place TEXT PRIMARY KEY,
    settings TEXT NOT NULL
);
CREATE TABLE posts (
    job TEXT PRIMARY KEY REFERENCES jobs (id),
    origin TEXT NOT NULL,
    address TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);
CREATE TABLE reports (
    artwork TEXT NOT NULL REFERENCES artworks (id),
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    closed DOUBLE PRECISION,
    PRIMARY KEY (artwork, person)
);
CREATE TABLE round_entries (
    round TEXT NOT NULL REFERENCES rounds (id),
    artwork TEXT NOT NULL REFERENCES artworks (id),
    entered_by TEXT NOT NULL,
    entered DOUBLE PRECISION NOT NULL,
    dealt INTEGER NOT NULL,
    posted INTEGER NOT NULL,
    final BOOLEAN NOT NULL,
    votes INTEGER,
    views INTEGER,
    shown_votes INTEGER,
    rate DOUBLE PRECISION,
    bound DOUBLE PRECISION,
    place INTEGER,
    has_quorum BOOLEAN,
    won BOOLEAN,
    PRIMARY KEY (round, artwork)
);
INSERT INTO "round_entries" VALUES('01a22cdc95f19c60b93c99','01a22cdc881bd91487ab31','discord:5',1796048983.55598,0,0,0,4,0,0,1.0,0.596521374797,1,1,1);
INSERT INTO "round_entries" VALUES('01a22cdc95f19c60b93c99','01a22cdc76cc3450eab841','discord:5',1.79604898356499218933e+09,0,0,0,0,0,0,0.0,0.0,2,0,0);
CREATE TABLE round_notices (
    round TEXT NOT NULL REFERENCES rounds (id),
    kind TEXT NOT NULL,
    origin TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (round, kind, origin)
);
CREATE TABLE round_views (
    round TEXT NOT NULL REFERENCES rounds (id),
    artwork TEXT NOT NULL REFERENCES artworks (id),
    account TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (round, artwork, account)
);
CREATE TABLE round_waiting (
    round TEXT NOT NULL REFERENCES rounds (id),
    artwork TEXT NOT NULL REFERENCES artworks (id),
    since DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (round, artwork)
);
CREATE TABLE round_weights (
    round TEXT NOT NULL REFERENCES rounds (id),
    account TEXT NOT NULL,
    weight DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (round, account)
);
CREATE TABLE rounds (
    id TEXT PRIMARY KEY,
    place TEXT NOT NULL,
    title TEXT NOT NULL,
    opens DOUBLE PRECISION NOT NULL,
    closes DOUBLE PRECISION NOT NULL,
    rules TEXT NOT NULL,
    closed DOUBLE PRECISION
);
INSERT INTO "rounds" VALUES('01a22cdc95f19c60b93c99','discord:7','',1.79604898353598403928e+09,1.79605258353598403928e+09,'{"pool":40,"per_person":3,"views":0,"per_viewer":20,"final":0.3,"finalists":0,"final_views":40,"quorum":1,"winners":1,"confidence":0.95,"walk_in":0.25,"min_age":0,"automatic":false,"preselect":1.0,"weighted":false,"max_weight":3.0}',1.7960489837029919624e+09);
CREATE TABLE schema_version (
	version INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	applied FLOAT NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "schema_version" VALUES(1,'0001_jobs',1.79604889067199373245e+09);
INSERT INTO "schema_version" VALUES(2,'0002_community',1.7960488908000156879e+09);
INSERT INTO "schema_version" VALUES(3,'0003_votes',1.79604889090598964689e+09);
INSERT INTO "schema_version" VALUES(4,'0004_showings',1.79604889094899892801e+09);
INSERT INTO "schema_version" VALUES(5,'0005_ledger',1.7960488910130097866e+09);
INSERT INTO "schema_version" VALUES(6,'0006_critic',1.79604889105601906772e+09);
INSERT INTO "schema_version" VALUES(7,'0007_sales',1.79604889113998556133e+09);
INSERT INTO "schema_version" VALUES(8,'0008_retention',1.79604889117599439626e+09);
INSERT INTO "schema_version" VALUES(9,'0009_cap',1.79604889120701408382e+09);
CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    expires DOUBLE PRECISION NOT NULL
);
CREATE TABLE showings (
    origin TEXT NOT NULL,
    message TEXT NOT NULL,
    artwork TEXT NOT NULL REFERENCES artworks (id),
    address TEXT NOT NULL,
    locale TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (origin, message)
);
CREATE TABLE sign_ins (
    hash TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    expires DOUBLE PRECISION NOT NULL
);
CREATE TABLE told (
    name TEXT PRIMARY KEY,
    taken_by TEXT NOT NULL,
    until DOUBLE PRECISION NOT NULL,
    told DOUBLE PRECISION
);
CREATE TABLE vote_holds (
    artwork TEXT NOT NULL,
    account TEXT NOT NULL,
    held BOOLEAN NOT NULL,
    held_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (artwork, account)
);
CREATE TABLE vote_log (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    artwork TEXT NOT NULL,
    account TEXT NOT NULL,
    via TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    done_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    data TEXT NOT NULL,
    key TEXT UNIQUE,
    created DOUBLE PRECISION NOT NULL
);
INSERT INTO "vote_log" VALUES(1,'open','','','',1.79604898354000759117e+09,'discord:5','','{"round":"01a22cdc95f19c60b93c99","place":"discord:7","opens":1796048983.535984,"closes":1796052583.535984,"rules":{"pool":40,"per_person":3,"views":0,"per_viewer":20,"final":0.3,"finalists":0,"final_views":40,"quorum":1,"winners":1,"confidence":0.95,"walk_in":0.25,"min_age":0,"automatic":false,"preselect":1.0,"weighted":false,"max_weight":3.0}}',NULL,1.79604898354000759117e+09);
INSERT INTO "vote_log" VALUES(2,'enter','01a22cdc881bd91487ab31','','',1.7960489835579917431e+09,'discord:5','','{"round":"01a22cdc95f19c60b93c99"}',NULL,1.7960489835579917431e+09);
INSERT INTO "vote_log" VALUES(3,'enter','01a22cdc76cc3450eab841','','',1.79604898356700396541e+09,'discord:5','','{"round":"01a22cdc95f19c60b93c99"}',NULL,1.79604898356700396541e+09);
INSERT INTO "vote_log" VALUES(4,'vote','01a22cdc881bd91487ab31','discord:20','button',1.79604898357501029972e+09,'','','{"born":1.0}','press:press 20',1.79604898357999920839e+09);
INSERT INTO "vote_log" VALUES(5,'vote','01a22cdc881bd91487ab31','discord:21','button',1.79604898361999082562e+09,'','','{"born":1.0}','press:press 21',1.79604898362401437764e+09);
INSERT INTO "vote_log" VALUES(6,'vote','01a22cdc881bd91487ab31','discord:22','button',1.7960489836489989758e+09,'','','{"born":1.0}','press:press 22',1.79604898365201663974e+09);
INSERT INTO "vote_log" VALUES(7,'vote','01a22cdc881bd91487ab31','discord:23','button',1.7960489836759953499e+09,'','','{"born":1.0}','press:press 23',1.7960489836790130138e+09);
INSERT INTO "vote_log" VALUES(8,'close','','','',1.79604898376301980013e+09,'discord:5','','{"round":"01a22cdc95f19c60b93c99","standings":[{"round":"01a22cdc95f19c60b93c99","artwork":"01a22cdc881bd91487ab31","votes":4,"views":0,"shown_votes":0,"rate":1.0,"bound":0.596521374797,"rank":1,"has_quorum":true,"won":true},{"round":"01a22cdc95f19c60b93c99","artwork":"01a22cdc76cc3450eab841","votes":0,"views":0,"shown_votes":0,"rate":0.0,"bound":0.0,"rank":2,"has_quorum":false,"won":false}]}','close:01a22cdc95f19c60b93c99',1.79604898376301980013e+09);
INSERT INTO "vote_log" VALUES(9,'approve','01a22cdc881bd91487ab31','','',1.7960489837750091553e+09,'discord:5','it won','{"round":"01a22cdc95f19c60b93c99"}',NULL,1.7960489837750091553e+09);
CREATE TABLE voters (
    account TEXT PRIMARY KEY,
    born DOUBLE PRECISION NOT NULL
, told BOOLEAN NOT NULL DEFAULT FALSE);
INSERT INTO "voters" VALUES('discord:20',1.0,1);
INSERT INTO "voters" VALUES('discord:21',1.0,1);
INSERT INTO "voters" VALUES('discord:22',1.0,1);
INSERT INTO "voters" VALUES('discord:23',1.0,1);
CREATE INDEX jobs_queued ON jobs (priority DESC, tag, id, model, area, person, cost)
    WHERE state = 'queued';
CREATE UNIQUE INDEX jobs_seat ON jobs (person, seat) WHERE state IN ('queued', 'running');
CREATE UNIQUE INDEX jobs_slot ON jobs (person, slot) WHERE state = 'running';
CREATE INDEX jobs_share ON jobs (person, priority, tag_end);
CREATE INDEX jobs_clock ON jobs (priority, virtual_time) WHERE virtual_time IS NOT NULL;
CREATE INDEX jobs_model_clock ON jobs (priority, model, virtual_time)
    WHERE virtual_time IS NOT NULL;
CREATE INDEX jobs_unread ON jobs (origin, id) WHERE revision > seen;
CREATE INDEX artworks_person ON artworks (person, id);
CREATE INDEX gallery_person ON gallery (person, artwork);
CREATE INDEX place_changes_place ON place_changes (place, id);
CREATE INDEX accounts_main ON accounts (main);
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX reports_created ON reports (created);
CREATE INDEX notes_person ON notes (person, id);
CREATE INDEX jobs_asked ON jobs (person, created);
CREATE INDEX vote_log_artwork ON vote_log (artwork, created);
CREATE INDEX vote_log_account ON vote_log (account, created);
CREATE INDEX ballots_up ON ballots (artwork, account) WHERE up;
CREATE INDEX ballots_account ON ballots (account, artwork) WHERE up;
CREATE INDEX voters_born ON voters (born);
CREATE INDEX vote_holds_account ON vote_holds (account) WHERE held;
CREATE UNIQUE INDEX rounds_under_way ON rounds (place) WHERE closed IS NULL;
CREATE INDEX rounds_closed ON rounds (closed);
CREATE INDEX round_entries_artwork ON round_entries (artwork, round);
CREATE INDEX round_views_account ON round_views (round, account);
CREATE TRIGGER vote_log_UPDATE BEFORE UPDATE ON vote_log BEGIN SELECT RAISE(ABORT, 'the log of votes is only ever added to'); END;
CREATE TRIGGER vote_log_DELETE BEFORE DELETE ON vote_log BEGIN SELECT RAISE(ABORT, 'the log of votes is only ever added to'); END;
CREATE INDEX showings_artwork ON showings (artwork, origin);
CREATE UNIQUE INDEX ledger_tokens_artwork ON ledger_tokens (chain_id, collection, artwork);
CREATE INDEX ledger_tokens_state ON ledger_tokens (state);
CREATE INDEX ledger_transactions_open ON ledger_transactions (chain_id, sender) WHERE state = 'sent';
CREATE INDEX ledger_attempts_nonce ON ledger_attempts (chain_id, sender, nonce);
CREATE UNIQUE INDEX ledger_orders_serial ON ledger_orders (chain_id, collection, token, serial);
CREATE UNIQUE INDEX ledger_orders_live ON ledger_orders (chain_id, collection, token)
    WHERE state IN ('signed', 'posting', 'posted', 'cancelling');
CREATE INDEX critic_scores_order ON critic_scores (critic, score);
CREATE INDEX ledger_tokens_by_artwork ON ledger_tokens (artwork);
CREATE INDEX jobs_ended ON jobs (state, finished) WHERE finished IS NOT NULL;
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';
COMMIT;
