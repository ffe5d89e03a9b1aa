/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.output;

import io.github.flinkkvs.mkv.Fragment;

import org.apache.flink.api.common.functions.MapFunction;

import java.io.IOException;
import java.util.Map;

/** Prints all elements of a fragment as a tree. */
public final class FragmentToTree implements MapFunction<Fragment, String> {

    private static final long serialVersionUID = 1L;

    private final Map<String, String> labels;

    /**
     * @param labels the names of streams in the output, by the names that the service knows
     */
    public FragmentToTree(Map<String, String> labels) {
        this.labels = labels;
    }

    @Override
    public String map(Fragment fragment) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(labels.getOrDefault(fragment.streamName(), fragment.streamName()))
                .append(", fragment ")
                .append(fragment.number())
                .append(", ")
                .append(fragment.sizeBytes())
                .append(" bytes\n");
        fragment.document().print(text);
        return text.toString();
    }
}
