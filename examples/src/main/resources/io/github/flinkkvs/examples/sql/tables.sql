SET 'sql-client.execution.result-mode' = 'tableau';
SET 'execution.runtime-mode' = 'batch';
SET 'table.dml-sync' = 'true';
SET 'table.local-time-zone' = 'UTC';

ADD JAR '${jars}/flink-sql-connector-kvs.jar';
ADD JAR '${jars}/flink-sql-connector-kvs-media.jar';
LOAD MODULE kvs;

-- All fragments that exist now. The two source options suit this embedded service, which ends a call
-- after 0.2 s without media. The real service ends it after 3 s.
CREATE TABLE cameras (
    video BYTES,
    stream_name STRING METADATA FROM 'stream-name',
    fragment_number STRING METADATA FROM 'fragment-number',
    producer_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'producer-timestamp',
    millis_behind_now BIGINT METADATA FROM 'millis-behind-now',
    `size` BIGINT METADATA,
    tags MAP<STRING, STRING> METADATA,
    WATERMARK FOR producer_timestamp AS SOURCE_WATERMARK()
) WITH (
    'connector' = 'kvs',
    'streams' = 'front-door;backyard',
    'scan.startup.mode' = 'earliest',
    'scan.bounded.mode' = 'now',
    'source.session.quiet-time' = '100 ms',
    'source.session.idle-interval' = '200 ms',
    'aws.region' = '${region}',
    'aws.endpoint' = '${endpoint}',
    'aws.credentials.basic.accesskeyid' = 'any',
    'aws.credentials.basic.secretkey' = 'thing'
);

-- A key frame of each fragment of the same streams.
CREATE TABLE key_frames (
    frame BYTES,
    stream_name STRING METADATA FROM 'stream-name',
    frame_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'frame-timestamp',
    codec_id STRING METADATA FROM 'codec-id',
    codec_private BYTES METADATA FROM 'codec-private'
) WITH (
    'connector' = 'kvs',
    'streams' = 'front-door;backyard',
    'record' = 'frame',
    'frame.track-types' = 'VIDEO',
    'frame.key-frames-only' = 'true',
    'frame.every-nth' = '50',
    'scan.startup.mode' = 'earliest',
    'scan.bounded.mode' = 'now',
    'source.session.quiet-time' = '100 ms',
    'source.session.idle-interval' = '200 ms',
    'aws.region' = '${region}',
    'aws.endpoint' = '${endpoint}',
    'aws.credentials.basic.accesskeyid' = 'any',
    'aws.credentials.basic.secretkey' = 'thing'
);

-- Files with one picture per line, in Base64.
CREATE TABLE pictures (
    stream_name STRING,
    frame_timestamp TIMESTAMP_LTZ(3),
    jpeg BYTES
) WITH (
    'connector' = 'filesystem',
    'path' = '${out}/pictures',
    'format' = 'json'
);

CREATE VIEW alarms AS
SELECT * FROM (VALUES ('person', 'somebody is there'), ('cat', 'feed it')) AS alarm (seen, what);
