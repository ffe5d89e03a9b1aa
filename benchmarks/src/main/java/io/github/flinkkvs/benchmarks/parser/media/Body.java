/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.parser.media;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** One GetMedia body: whole fragments, one after the other. Its bytes are never modified. */
public record Body(byte[] bytes, List<Integer> ends) {

    public static Body of(List<byte[]> documents) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<Integer> ends = new ArrayList<>();
        for (byte[] document : documents) {
            bytes.writeBytes(document);
            ends.add(bytes.size());
        }
        return new Body(bytes.toByteArray(), List.copyOf(ends));
    }
}
