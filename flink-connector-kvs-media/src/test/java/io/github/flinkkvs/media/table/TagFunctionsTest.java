/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.mkv.FragmentNumber;
import io.github.flinkkvs.testing.media.MediaFragment;

import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Functions on a fragment without its media: tags, and whether it is a fragment at all. */
class TagFunctionsTest {

    private static final byte[] TAGGED =
            TestPayloads.of(
                    MediaFragment.ofSize(5_000).toBuilder()
                            .tagBefore("place", "door")
                            .tagBefore("empty", "")
                            .tagBefore("place", "gate")
                            .tagAfter("place", "roof")
                            .tagAfter("score", "0.9")
                            .build());

    private static final byte[] UNTAGGED = TestPayloads.of(MediaFragment.ofSize(5_000));

    private final CountedContext context = new CountedContext();

    private KvsTag tag() throws Exception {
        KvsTag tag = new KvsTag();
        tag.open(context);
        return tag;
    }

    private List<Row> tags(byte[] payload) throws Exception {
        KvsTags tags = new KvsTags();
        tags.open(context);
        List<Row> rows = new ArrayList<>();
        tags.setCollector(
                new Collector<>() {
                    @Override
                    public void collect(Row row) {
                        rows.add(row);
                    }

                    @Override
                    public void close() {}
                });
        tags.eval(payload);
        return rows;
    }

    // ---- KVS_TAG ------------------------------------------------------------------------------

    @Test
    void ofSeveralTagsTheLastCounts() throws Exception {
        assertThat(tag().eval(TAGGED, "place")).isEqualTo("roof");
        assertThat(tag().eval(TAGGED, "score")).isEqualTo("0.9");
        assertThat(tag().eval(TAGGED, "empty")).isEmpty();
    }

    @Test
    void tagsOfTheServiceAreTagsToo() throws Exception {
        String number = tag().eval(TAGGED, "AWS_KINESISVIDEO_FRAGMENT_NUMBER");

        assertThat(FragmentNumber.isFragmentNumber(number)).isTrue();
    }

    @Test
    void whatIsNotThereIsNull() throws Exception {
        assertThat(tag().eval(TAGGED, "Place")).isNull();
        assertThat(tag().eval(UNTAGGED, "place")).isNull();
        assertThat(tag().eval(null, "place")).isNull();
        assertThat(tag().eval(TAGGED, null)).isNull();
        assertThat(context.damaged("KVS_TAG")).isZero();
    }

    // ---- KVS_TAGS -----------------------------------------------------------------------------

    @Test
    void tagsComeInTheirOrder() throws Exception {
        List<Row> own =
                tags(TAGGED).stream()
                        .filter(row -> !row.<Boolean>getFieldAs(3))
                        .collect(Collectors.toList());

        assertThat(own)
                .containsExactly(
                        Row.of("place", "door", "BEFORE_MEDIA", false),
                        Row.of("empty", "", "BEFORE_MEDIA", false),
                        Row.of("place", "gate", "BEFORE_MEDIA", false),
                        Row.of("place", "roof", "AFTER_MEDIA", false),
                        Row.of("score", "0.9", "AFTER_MEDIA", false));
        assertThat(tags(UNTAGGED))
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(
                        row -> {
                            assertThat(row.<String>getFieldAs(0)).startsWith("AWS_KINESISVIDEO_");
                            assertThat(row.<Boolean>getFieldAs(3)).isTrue();
                        });
        assertThat(tags(null)).isEmpty();
    }

    // ---- what a payload may be ----------------------------------------------------------------

    @Test
    void archivedFragmentsHaveNoTrailingTags() throws Exception {
        byte[] archived = TestPayloads.withoutTrailingTags(TAGGED);

        assertThat(tag().eval(archived, "place")).isEqualTo("roof");
        assertThat(tag().eval(archived, "AWS_KINESISVIDEO_CONTINUATION_TOKEN")).isNull();
        assertThat(tag().eval(TAGGED, "AWS_KINESISVIDEO_CONTINUATION_TOKEN")).isNotNull();
    }

    @Test
    void whatIsNoFragmentIsNullAndCounted() throws Exception {
        List<byte[]> payloads =
                List.of(
                        new byte[0],
                        new byte[] {1, 2, 3},
                        Arrays.copyOf(TAGGED, 3_000),
                        new byte[5_000],
                        TestPayloads.concat(TAGGED, UNTAGGED),
                        TestPayloads.concat(
                                TestPayloads.withoutTrailingTags(TAGGED),
                                TestPayloads.withoutTrailingTags(UNTAGGED)));
        KvsTag tag = tag();
        for (byte[] payload : payloads) {
            assertThat(tag.eval(payload, "place")).isNull();
            assertThat(tags(payload)).isEmpty();
        }
        assertThat(context.damaged("KVS_TAG")).isEqualTo(payloads.size());
        assertThat(context.damaged("KVS_TAGS")).isEqualTo(payloads.size());
        assertThat(tag.eval(TAGGED, "place")).isEqualTo("roof");
    }
}
