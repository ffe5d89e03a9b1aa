/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import io.github.flinkkvs.mkv.SerializedBytes;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Texts of any length in serialized forms: Java's {@code writeUTF} is limited to 64 KiB. */
@Internal
public final class StateText {

    private StateText() {}

    public static void write(DataOutput out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    public static String read(DataInput in) throws IOException {
        return new String(SerializedBytes.read(in), StandardCharsets.UTF_8);
    }

    public static void writeNullable(DataOutput out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            write(out, text);
        }
    }

    @Nullable
    public static String readNullable(DataInput in) throws IOException {
        return in.readBoolean() ? read(in) : null;
    }

    public static void write(DataOutput out, Map<String, String> texts) throws IOException {
        out.writeInt(texts.size());
        for (Map.Entry<String, String> text : texts.entrySet()) {
            write(out, text.getKey());
            write(out, text.getValue());
        }
    }

    public static Map<String, String> readMap(DataInput in) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (int more = StateBytes.readCount(in); more > 0; more--) {
            String name = read(in);
            texts.put(name, read(in));
        }
        return Collections.unmodifiableMap(texts);
    }
}
