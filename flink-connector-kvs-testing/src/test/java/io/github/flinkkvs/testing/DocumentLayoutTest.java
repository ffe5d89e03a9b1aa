/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.behavior.ErrorDocument;
import io.github.flinkkvs.testing.internal.ebml.EbmlWriter;
import io.github.flinkkvs.testing.internal.ebml.ServiceTags;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;

/** The bytes that the service adds, compared with recorded ones. */
class DocumentLayoutTest {
    private static final String NUMBER = "91343852338381417542203754135250098963782391502";

    private static byte[] bytes(String... hexOrText) {
        EbmlWriter out = new EbmlWriter();
        for (String part : hexOrText) {
            if (part.startsWith("'")) {
                out.raw(part.substring(1).getBytes(StandardCharsets.US_ASCII));
            } else {
                byte[] padded = new BigInteger("01" + part.replace(" ", ""), 16).toByteArray();
                out.raw(Arrays.copyOfRange(padded, 1, padded.length));
            }
        }
        return out.toByteArray();
    }

    @Test
    void leadingTags() {
        assertThat(ServiceTags.leading(NUMBER, 1_519_074_132_668L, 1_518_814_932_515L))
                .hasSize(243)
                .isEqualTo(
                        bytes(
                                "1254c367 100000eb 7373 100000e5 67c8 1000005b 45a3 10000020",
                                "'AWS_KINESISVIDEO_FRAGMENT_NUMBER",
                                "4487 1000002f",
                                "'" + NUMBER,
                                "67c8 1000003b 45a3 10000021",
                                "'AWS_KINESISVIDEO_SERVER_TIMESTAMP",
                                "4487 1000000e",
                                "'1519074132.668",
                                "67c8 1000003d 45a3 10000023",
                                "'AWS_KINESISVIDEO_PRODUCER_TIMESTAMP",
                                "4487 1000000e",
                                "'1518814932.515"));
    }

    @Test
    void trailingTags() {
        assertThat(ServiceTags.trailing(NUMBER, 909_335))
                .isEqualTo(
                        bytes(
                                "1254c367 100000a4 7373 1000009e 67c8 10000034 45a3 10000022",
                                "'AWS_KINESISVIDEO_MILLIS_BEHIND_NOW",
                                "4487 10000006",
                                "'909335",
                                "67c8 1000005e 45a3 10000023",
                                "'AWS_KINESISVIDEO_CONTINUATION_TOKEN",
                                "4487 1000002f",
                                "'" + NUMBER));
    }

    @Test
    void errorDocument() {
        assertThat(
                        ServiceTags.error(
                                3000, "FRAGMENT_NOT_FOUND", NUMBER, ErrorDocument.MINI_DOCUMENT))
                .isEqualTo(
                        bytes(
                                "1a45dfa3 0100000000000013 4282 88",
                                "'matroska",
                                "4287 81 02 4285 81 02 18538067 01ffffffffffffff",
                                "1254c367 100000d5 7373 100000cf 67c8 10000039 45a3 1000001b",
                                "'AWS_KINESISVIDEO_ERROR_CODE",
                                "4487 10000012",
                                "'FRAGMENT_NOT_FOUND",
                                "67c8 10000029 45a3 10000019",
                                "'AWS_KINESISVIDEO_ERROR_ID",
                                "4487 10000004",
                                "'3000",
                                "67c8 1000005b 45a3 10000020",
                                "'AWS_KINESISVIDEO_FRAGMENT_NUMBER",
                                "4487 1000002f",
                                "'" + NUMBER));
    }

    @Test
    void timestampsAreSecondsWithThreeDecimals() {
        assertThat(ServiceTags.seconds(0)).isEqualTo("0.000");
        assertThat(ServiceTags.seconds(5_000)).isEqualTo("5.000");
        assertThat(ServiceTags.seconds(1_511_852_109_126L)).isEqualTo("1511852109.126");
    }
}
