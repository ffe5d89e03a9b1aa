-- Fragments and bytes per minute and camera, by the producer's clock.
SELECT window_start, stream_name, COUNT(*) AS fragments, SUM(`size`) AS total
FROM TUMBLE(DATA => TABLE cameras, TIMECOL => DESCRIPTOR(producer_timestamp), SIZE => INTERVAL '1' MINUTE)
GROUP BY window_start, window_end, stream_name
ORDER BY window_start, stream_name;

-- The latest fragment of each camera.
SELECT stream_name, producer_timestamp, fragment_number
FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY stream_name ORDER BY producer_timestamp DESC) AS place
    FROM cameras)
WHERE place = 1
ORDER BY stream_name;

-- Fragments that came more than 10 s late, per camera.
SELECT stream_name, COUNT(*) AS late
FROM cameras
WHERE millis_behind_now > 10000
GROUP BY stream_name
ORDER BY stream_name;

-- Tags of fragments, joined with a table that explains them.
SELECT stream_name, tags['location'] AS place, tags['seen'] AS seen, what, COUNT(*) AS times
FROM cameras JOIN alarms ON tags['seen'] = alarms.seen
GROUP BY stream_name, tags['location'], tags['seen'], what
ORDER BY stream_name, seen;

-- A picture of each fragment, 80 pixels wide, into files. It replaces those of an earlier run.
INSERT OVERWRITE pictures
SELECT stream_name, frame_timestamp, KVS_FRAME_JPEG(frame, codec_id, codec_private, 80) FROM key_frames;

SELECT stream_name, COUNT(*) AS pictures, COUNT(jpeg) AS good, MIN(frame_timestamp) AS since
FROM pictures
GROUP BY stream_name
ORDER BY stream_name;
