/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.KvsSplitSerializer;

import org.apache.flink.annotation.Internal;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import javax.annotation.Nullable;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The serialized form of the enumerator's state. The version of the splits inside is a field of its
 * own, so that both forms can change independently.
 */
@Internal
public final class KvsEnumeratorStateSerializer
        implements SimpleVersionedSerializer<KvsEnumeratorState> {

    private static final int VERSION_1 = 1;

    /** Added which streams are over, and whether a scan was completed; ids with creation time. */
    private static final int VERSION_2 = 2;

    /** Added for which selection that scan was. */
    private static final int VERSION_3 = 3;

    private static final int NO_TEXT = -1;

    private final KvsSplitSerializer splits = new KvsSplitSerializer();

    @Override
    public int getVersion() {
        return VERSION_3;
    }

    @Override
    public byte[] serialize(KvsEnumeratorState state) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(1024);
        writeIds(state.given(), out);
        writeIds(state.over(), out);
        writeText(state.scanned(), out);
        out.writeInt(splits.getVersion());
        out.writeInt(state.unassigned().size());
        for (KvsSplit split : state.unassigned()) {
            byte[] bytes = splits.serialize(split);
            out.writeInt(bytes.length);
            out.write(bytes);
        }
        return out.getCopyOfBuffer();
    }

    private static void writeIds(Set<String> splitIds, DataOutput out) throws IOException {
        out.writeInt(splitIds.size());
        // Sorted, so that the same state has the same form.
        for (String splitId : new TreeSet<>(splitIds)) {
            out.writeUTF(splitId);
        }
    }

    private static void writeText(@Nullable String text, DataOutput out) throws IOException {
        if (text == null) {
            out.writeInt(NO_TEXT);
        } else {
            out.writeInt(text.length());
            out.writeChars(text);
        }
    }

    @Override
    public KvsEnumeratorState deserialize(int version, byte[] serialized) throws IOException {
        if (version < VERSION_1 || version > VERSION_3) {
            throw new IOException(
                    "Enumerator state in version "
                            + version
                            + ", but this connector knows versions up to "
                            + VERSION_3
                            + ". Restore it with the connector that wrote it, or a newer one.");
        }
        DataInputDeserializer in = new DataInputDeserializer(serialized);
        KvsEnumeratorState state;
        try {
            state =
                    version == VERSION_1
                            ? readVersion1(in)
                            : version == VERSION_2 ? readVersion2(in) : readVersion3(in);
        } catch (EOFException e) {
            throw new IOException("Damaged state of the enumerator: it ends too early", e);
        }
        if (in.available() > 0) {
            throw new IOException(in.available() + " bytes too many in the enumerator state");
        }
        return state;
    }

    /** Ids have no creation time. Nothing says which streams are over. */
    private KvsEnumeratorState readVersion1(DataInputDeserializer in) throws IOException {
        List<String> given = readIds(in);
        return new KvsEnumeratorState(given, Set.of(), readSplits(in), null);
    }

    private KvsEnumeratorState readVersion2(DataInputDeserializer in) throws IOException {
        List<String> given = readIds(in);
        List<String> over = readIds(in);
        String scanned = in.readBoolean() ? KvsEnumeratorState.UNKNOWN_SELECTION : null;
        return new KvsEnumeratorState(given, over, readSplits(in), scanned);
    }

    private KvsEnumeratorState readVersion3(DataInputDeserializer in) throws IOException {
        List<String> given = readIds(in);
        List<String> over = readIds(in);
        String scanned = readText(in);
        return new KvsEnumeratorState(given, over, readSplits(in), scanned);
    }

    @Nullable
    private static String readText(DataInputDeserializer in) throws IOException {
        int length = in.readInt();
        if (length == NO_TEXT) {
            return null;
        }
        if (length < 0 || length > in.available() / Character.BYTES) {
            throw new IOException(
                    "Damaged state of the enumerator: a text of "
                            + length
                            + " characters where "
                            + in.available()
                            + " bytes are left");
        }
        char[] text = new char[length];
        for (int i = 0; i < length; i++) {
            text[i] = in.readChar();
        }
        return new String(text);
    }

    private static List<String> readIds(DataInput in) throws IOException {
        List<String> ids = new ArrayList<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            ids.add(in.readUTF());
        }
        return ids;
    }

    private List<KvsSplit> readSplits(DataInputDeserializer in) throws IOException {
        int version = in.readInt();
        List<KvsSplit> read = new ArrayList<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            int length = in.readInt();
            if (length < 0 || length > in.available()) {
                throw new IOException(
                        "Damaged state of the enumerator: a split of "
                                + length
                                + " bytes where "
                                + in.available()
                                + " are left");
            }
            byte[] bytes = new byte[length];
            in.readFully(bytes);
            read.add(splits.deserialize(version, bytes));
        }
        return read;
    }
}
