/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import io.github.flinkkvs.mkv.parser.EbmlCursor;
import io.github.flinkkvs.mkv.parser.MetadataBuffer;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.util.Arrays;

/** Reads the head of a fragment whose bytes are in memory. */
@Internal
public final class HeadReader {

    /** The head of a complete fragment, with or without media. */
    public static FragmentHead of(Fragment fragment) {
        try {
            byte[] metadata =
                    fragment.hasMedia()
                            ? new DocumentReader(fragment.content()).metadataBeforeMedia()
                            : beforeMediaMark(fragment.content());
            return read(fragment.streamName(), fragment.streamArn(), metadata);
        } catch (MkvException e) {
            throw new IllegalStateException(
                    "A fragment that was read before cannot be read again", e);
        }
    }

    private static byte[] beforeMediaMark(byte[] metadata) throws MkvException {
        EbmlCursor elements = new EbmlCursor(metadata, 0, metadata.length, 0);
        while (elements.next()) {
            if (elements.id() == MkvElements.CLUSTER) {
                return Arrays.copyOf(metadata, (int) elements.offset());
            }
        }
        return metadata;
    }

    /**
     * Reads a head from the bytes that it keeps.
     *
     * @param content the content of a {@link MetadataBuffer} that ends before the media, not copied
     */
    static FragmentHead read(String streamName, @Nullable String streamArn, byte[] content)
            throws MkvException {
        FragmentBuilder builder = new FragmentBuilder(streamName, streamArn);
        EbmlCursor elements = new EbmlCursor(content, 0, content.length, 0);
        while (elements.next()) {
            builder.onMetadata(elements.id(), elements.children(), elements.dataStart());
        }
        return builder.head(content, content.length);
    }

    private HeadReader() {}
}
