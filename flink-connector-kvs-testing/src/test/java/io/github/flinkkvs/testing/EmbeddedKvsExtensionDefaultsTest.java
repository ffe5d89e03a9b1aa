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
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(EmbeddedKvsExtension.class)
class EmbeddedKvsExtensionDefaultsTest {
    @Test
    void hasTheLimitsOfTheService(EmbeddedKvs kvs) {
        assertThat(kvs.limits().callsPerSecond()).isEqualTo(5);
        assertThat(kvs.limits().connectionsPerStream()).isEqualTo(3);
        assertThat(kvs.limits().fragmentsPerSecond()).isEqualTo(5);
        assertThat(kvs.limits().idleEnd()).isEqualTo(Duration.ofSeconds(3));
        assertThat(kvs.limits().sessionCap()).isEqualTo(Duration.ofMinutes(45));
    }
}
