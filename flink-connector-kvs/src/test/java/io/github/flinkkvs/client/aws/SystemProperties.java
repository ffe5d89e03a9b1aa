/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.aws;

import java.util.HashMap;
import java.util.Map;

/** Sets system properties until closed. */
final class SystemProperties implements AutoCloseable {
    private final Map<String, String> before = new HashMap<>();

    SystemProperties(String... keysAndValues) {
        for (int i = 0; i < keysAndValues.length; i += 2) {
            before.put(
                    keysAndValues[i], System.setProperty(keysAndValues[i], keysAndValues[i + 1]));
        }
    }

    @Override
    public void close() {
        before.forEach(
                (key, value) -> {
                    if (value == null) {
                        System.clearProperty(key);
                    } else {
                        System.setProperty(key, value);
                    }
                });
    }
}
