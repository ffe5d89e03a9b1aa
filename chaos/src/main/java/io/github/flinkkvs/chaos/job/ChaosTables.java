/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.job;

import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** The job in SQL: from a table of fragments into a table of files. */
final class ChaosTables {

    private static final String STREAMS =
            """
            CREATE TEMPORARY TABLE streams (
                payload BYTES,
                stream_name STRING METADATA FROM 'stream-name',
                fragment_number STRING METADATA FROM 'fragment-number',
                seen AS PROCTIME()
            ) WITH (
                'connector' = 'kvs',
                'stream-pattern' = '.*',
                'scan.startup.mode' = 'earliest',
                'aws.region' = 'us-east-1',
                'aws.endpoint' = '%s',
                'aws.credentials.provider' = 'PROFILE',
                'aws.credentials.provider.profile.path' = '%s',
                'source.discovery.interval' = '%d s',
                'source.session.silence-timeout' = '%d s',
                'source.bad-fragment' = 'SKIP'
            )
            """;

    private static final String OUTPUT =
            """
            CREATE TEMPORARY TABLE output (
                stream_name STRING,
                row_count BIGINT,
                fragment_number STRING,
                frame_index INT,
                checksum BIGINT,
                written_at BIGINT
            ) WITH (
                'connector' = 'filesystem',
                'path' = '%s',
                'format' = 'csv',
                'csv.disable-quote-character' = 'true',
                'sink.rolling-policy.rollover-interval' = '1 s',
                'sink.rolling-policy.check-interval' = '1 s'
            )
            """;

    /** The count over all rows of a stream so far is its order, as in {@link Numbering}. */
    private static final String INSERT =
            """
            INSERT INTO output
            SELECT stream_name, row_count, fragment_number, -1, FRAGMENT_CHECKSUM(payload),
                WRITTEN_AT('%s', row_count)
            FROM (
                SELECT stream_name, fragment_number, payload,
                    COUNT(*) OVER (PARTITION BY stream_name ORDER BY seen
                        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS row_count
                FROM streams
            )
            """;

    private ChaosTables() {}

    static void run(StreamTableEnvironment tables, JobArguments job) {
        tables.createTemporarySystemFunction("FRAGMENT_CHECKSUM", FragmentChecksum.class);
        tables.createTemporarySystemFunction("WRITTEN_AT", WrittenAt.class);
        tables.executeSql(
                STREAMS.formatted(
                        job.endpoint(),
                        job.profile(),
                        ChaosJob.DISCOVERY.toSeconds(),
                        ChaosJob.SILENCE.toSeconds()));
        tables.executeSql(OUTPUT.formatted(job.output()));
        tables.executeSql(INSERT.formatted(job.gate()));
    }
}
