/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.Feed;
import io.github.flinkkvs.mkv.TestMedia;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FragmentReaderTest {

    @Test
    void readsAllCompleteFragments() throws Exception {
        byte[] one = TestMedia.fragment();
        byte[] body = TestMedia.concat(one, one, Arrays.copyOf(one, one.length - 1));
        assertThat(FragmentReader.readAll(Feed.STREAM, Feed.ARN, body))
                .hasSize(2)
                .allSatisfy(
                        fragment -> {
                            assertThat(fragment.array()).isEqualTo(one);
                            assertThat(fragment.streamName()).isEqualTo(Feed.STREAM);
                            assertThat(fragment.streamArn()).isEqualTo(Feed.ARN);
                        });
    }

    @Test
    void anErrorOfTheServiceIsNotTakenForTheEnd() {
        byte[] body =
                TestMedia.concat(
                        TestMedia.fragment(), TestMedia.fragmentNotFound(TestMedia.NUMBER));
        assertThatThrownBy(() -> FragmentReader.readAll("camera", null, body))
                .isInstanceOf(MkvException.class)
                .hasMessageContaining("FRAGMENT_NOT_FOUND");
    }
}
