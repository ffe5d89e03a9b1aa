/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.streams;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class StreamArnTest {

    @ParameterizedTest
    @ValueSource(strings = {"aws", "aws-cn", "aws-us-gov"})
    void takesAnArnApart(String partition) {
        String text =
                "arn:" + partition + ":kinesisvideo:us-east-1:123:stream/a_B.c-1/1600000000000";
        StreamArn arn = StreamArn.parse(text);
        assertThat(arn.region()).isEqualTo("us-east-1");
        assertThat(arn.name()).isEqualTo("a_B.c-1");
        assertThat(arn).hasToString(text).isEqualTo(StreamArn.parse(text));
        assertThat(arn.withoutCreationTime()).isEqualTo(text.substring(0, text.length() - 14));
        StreamArn again = StreamArn.parse(text + "1");
        assertThat(again).isNotEqualTo(arn);
        assertThat(again.withoutCreationTime()).isEqualTo(arn.withoutCreationTime());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "camera",
                "arn:aws:kinesisvideo:us-east-1:123:stream/a",
                "arn:aws:kinesisvideo:us-east-1:123:stream/a/1/2",
                "arn:aws:kinesis:us-east-1:123:stream/a/1",
                "arn:aws:kinesisvideo::123:stream/a/1",
                "arn:aws:kinesisvideo:us-east-1:123:stream/a b/1"
            })
    void refusesEverythingElse(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamArn.parse(text))
                .withMessageContaining("'" + text + "'");
    }

    @Test
    void takesArnsApart() {
        String whole = "arn:aws:kinesisvideo:us-east-1:123:stream/7/1720751492346";
        String part = "arn:aws:kinesisvideo:us-east-1:123:stream/7";
        assertThat(StreamArn.withoutCreationTime(whole)).isEqualTo(part);
        assertThat(StreamArn.withoutCreationTime(part)).isEqualTo(part);
        assertThat(StreamArn.region(whole)).isEqualTo("us-east-1");
        assertThat(StreamArn.region(part)).isEqualTo("us-east-1");
    }

    @Test
    void tellsArnsFromNames() {
        assertThat(StreamArn.isArn("arn:aws:x")).isTrue();
        assertThat(StreamArn.isArn("arn")).isFalse();
    }

    /** A creation time that is no number of milliseconds would fail whoever asks for it. */
    @Test
    void aCreationTimeHasAtMost18Digits() {
        String arn = "arn:aws:kinesisvideo:us-east-1:123456789012:stream/camera/";
        assertThat(StreamArn.parse(arn + "9".repeat(18)).createdMillis()).isPositive();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamArn.parse(arn + "9".repeat(19)));
    }
}
