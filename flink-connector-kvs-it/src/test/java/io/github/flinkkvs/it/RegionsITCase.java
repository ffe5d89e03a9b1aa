/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSourceBuilder;
import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.RecreatedStreamPolicy;
import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.EmbeddedStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** One source reads streams of several regions, each of which is a service of its own. */
class RegionsITCase extends KvsTestBase {

    private static final String ELSEWHERE = "eu-west-1";

    private EmbeddedKvs elsewhere;

    @BeforeEach
    void startServiceElsewhere() {
        elsewhere = EmbeddedKvs.builder().region(ELSEWHERE).limits(limits()).start();
        assertThat(kvs.region()).isNotEqualTo(ELSEWHERE);
    }

    @AfterEach
    void nothingIsLeftElsewhere() {
        elsewhere.close();
    }

    private KvsSourceBuilder<Fragment> sourceOfBoth(String... streams) {
        return source(List.of(streams))
                .set(AwsOptions.endpoint(ELSEWHERE), elsewhere.endpoint().toString())
                .set(KvsSourceOptions.RECREATED_STREAM, RecreatedStreamPolicy.READ_NEW);
    }

    @Test
    void streamsOfTheSameNameInTwoRegions() throws Exception {
        EmbeddedStream here = kvs.createStream("camera");
        EmbeddedStream there = elsewhere.createStream("camera");
        push(here, 2);
        push(there, 3);
        Job<Fragment> job =
                job(sourceOfBoth("camera", there.arn()))
                        .parallelism(2)
                        .map(new FailOnce<>(3))
                        .start();
        assertAll(job.results.awaitCommitted(5), here, there);
        String savepoint = job.stopWithSavepoint();
        push(here, 1);
        push(there, 1);
        Job<Fragment> restored = job(sourceOfBoth("camera", there.arn())).from(savepoint).start();
        assertAll(restored.results.awaitCommitted(7), here, there);
        assertThat(kvs.log().calls("DescribeStream", null)).hasSize(1);
        assertThat(elsewhere.log().calls("DescribeStream", null)).hasSize(1);
        restored.cancel();
    }

    /** The stream that has the name now is looked for in the region of the old one. */
    @Test
    void aStreamIsCreatedAnewElsewhere() throws Exception {
        EmbeddedStream here = kvs.createStream("camera");
        EmbeddedStream there = elsewhere.createStream("camera");
        push(here, 1);
        push(there, 1);
        Job<Fragment> job = job(sourceOfBoth("camera", there.arn())).restarts(0).start();
        job.results.awaitCommitted(2);
        elsewhere.deleteStream("camera");
        EmbeddedStream anew = elsewhere.createStream("camera");
        push(anew, 2);
        assertAll(job.results.awaitCommitted(4), here, there, anew);
        job.cancel();
    }
}
