/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.job;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the job is told, as {@code --name value}. Immutable.
 *
 * @param mode how the streams are read
 * @param endpoint of the service
 * @param profile file with the credentials, which may change while the job runs
 * @param output folder of the committed files, as a URI
 * @param gate file that stands for the sink: while it is locked, the sink stands still
 */
record JobArguments(ReadingMode mode, String endpoint, String profile, String output, String gate) {

    static JobArguments parse(String... arguments) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            values.put(arguments[i], arguments[i + 1]);
        }
        List<String> names = List.of("--mode", "--endpoint", "--profile", "--output", "--gate");
        if (!values.keySet().equals(Set.copyOf(names))) {
            throw new IllegalArgumentException(
                    "The job needs " + names + ", but was given " + values.keySet());
        }
        return new JobArguments(
                ReadingMode.valueOf(values.get("--mode")),
                values.get("--endpoint"),
                values.get("--profile"),
                values.get("--output"),
                values.get("--gate"));
    }
}
