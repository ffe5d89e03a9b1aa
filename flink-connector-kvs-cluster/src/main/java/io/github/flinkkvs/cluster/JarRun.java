/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import javax.annotation.Nullable;

import java.util.List;

/**
 * How to run an uploaded jar.
 *
 * @param mainClass null for that of the jar's manifest
 * @param arguments of the main method
 * @param parallelism of the job; null for what the job or the cluster says
 * @param savepoint from which the job goes on: a savepoint or a retained checkpoint; null for none
 * @param allowNonRestored whether state for which the job has no operator may be left out
 */
public record JarRun(
        @Nullable String mainClass,
        List<String> arguments,
        @Nullable Integer parallelism,
        @Nullable String savepoint,
        boolean allowNonRestored) {

    /** Runs a main class with arguments. */
    public static JarRun of(@Nullable String mainClass, String... arguments) {
        return new JarRun(mainClass, List.of(arguments), null, null, false);
    }

    public JarRun withParallelism(int value) {
        return new JarRun(mainClass, arguments, value, savepoint, allowNonRestored);
    }

    public JarRun withSavepoint(@Nullable String path) {
        return new JarRun(mainClass, arguments, parallelism, path, allowNonRestored);
    }

    public JarRun allowingNonRestored() {
        return new JarRun(mainClass, arguments, parallelism, savepoint, true);
    }

    ObjectNode json(ObjectMapper mapper) {
        ObjectNode body = mapper.createObjectNode();
        if (mainClass != null) {
            body.put("entryClass", mainClass);
        }
        body.set("programArgsList", mapper.valueToTree(arguments));
        if (parallelism != null) {
            body.put("parallelism", parallelism);
        }
        if (savepoint != null) {
            body.put("savepointPath", savepoint);
            body.put("allowNonRestoredState", allowNonRestored);
        }
        return body;
    }
}
