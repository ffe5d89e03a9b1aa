/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

class EmbeddedKvsExtensionTest {
    @RegisterExtension
    final EmbeddedKvsExtension extension =
            new EmbeddedKvsExtension(EmbeddedKvs.builder().region("eu-north-1"));

    @Test
    void aServerForEachTest(EmbeddedKvs kvs) {
        assertThat(kvs).isSameAs(extension.kvs());
        assertThat(kvs.region()).isEqualTo("eu-north-1");
        assertThat(kvs.streams()).isEmpty();
        kvs.createStream("camera");
    }

    @Test
    void withoutLeftovers(EmbeddedKvs kvs) {
        assertThat(kvs.streams()).isEmpty();
        kvs.createStream("camera");
    }
}
