/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.document;

import io.github.flinkkvs.mkv.Describe;
import io.github.flinkkvs.mkv.Feed;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.RandomMedia;
import io.github.flinkkvs.mkv.Tag;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.parser.ElementType;
import io.github.flinkkvs.mkv.parser.MkvException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** The tree of random media has every byte in its place. */
class MkvDocumentPropertyTest {

    @Property(tries = 300)
    void allElementsTogetherAreTheMedia(@ForAll long seed) throws Exception {
        byte[] bytes = RandomMedia.bytesOf(RandomMedia.documents(seed, 2));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(write(new MkvDocument(bytes), 0, bytes, out)).isEqualTo(bytes.length);
        assertThat(out.toByteArray()).isEqualTo(bytes);
    }

    /** Writes the elements one after the other; returns where the last of them ends. */
    private static int write(MkvNode parent, int from, byte[] bytes, ByteArrayOutputStream out)
            throws MkvException {
        int at = from;
        for (MkvElement child : parent.children()) {
            assertThat(child.offset()).as(child.toString()).isEqualTo(at);
            assertThat(child.parent()).isSameAs(parent);
            int dataAt = at + child.headerSize();
            out.writeBytes(Arrays.copyOfRange(bytes, at, dataAt));
            at = dataAt + child.dataSize();
            if (child.type() == ElementType.MASTER) {
                assertThat(write(child, dataAt, bytes, out)).as(child.toString()).isEqualTo(at);
            } else {
                assertThat(child.children()).isEmpty();
                out.writeBytes(Describe.bytes(child.data()));
            }
        }
        return at;
    }

    /** The tree and the fragment agree on tags, tracks and blocks. */
    @Property(tries = 300)
    void saysWhatTheFragmentSays(@ForAll long seed) throws Exception {
        Fragment fragment = Feed.only(RandomMedia.documents(seed, 1).get(0).bytes);
        MkvDocument document = fragment.document();

        List<MkvElement> tags = document.children("Segment/Tags/Tag/SimpleTag");
        assertSame(tags, fragment.tags());
        List<MkvElement> tracks = document.children("Segment/Tracks/TrackEntry");
        assertThat(tracks).hasSameSizeAs(fragment.tracks());
        for (int i = 0; i < tracks.size(); i++) {
            Track track = fragment.tracks().get(i);
            assertThat(tracks.get(i).child("TrackNumber").longValue()).isEqualTo(track.number());
            assertThat(tracks.get(i).child("CodecID").stringValue()).isEqualTo(track.codecId());
            MkvElement name = tracks.get(i).child("Name");
            assertThat(name == null ? null : name.stringValue()).isEqualTo(track.name());
            MkvElement frequency = tracks.get(i).child("Audio/SamplingFrequency");
            if (frequency != null) {
                assertThat(frequency.doubleValue()).isEqualTo(track.audio().samplingFrequency());
            }
        }
        assertThat(document.find("TimestampScale").longValue())
                .isEqualTo(fragment.timestampScaleNanos());
        assertThat(framesInText(document)).isEqualTo(frameSizes(fragment));
    }

    private static void assertSame(List<MkvElement> elements, List<Tag> tags) throws MkvException {
        assertThat(elements).hasSameSizeAs(tags);
        for (int i = 0; i < tags.size(); i++) {
            MkvElement element = elements.get(i);
            assertThat(element.child("TagName").stringValue()).isEqualTo(tags.get(i).name());
            MkvElement value = element.child("TagString");
            assertThat(value == null ? null : value.stringValue()).isEqualTo(tags.get(i).text());
            assertSame(element.children("SimpleTag"), tags.get(i).children());
        }
    }

    /** The sizes of all frames, as the printed lines of blocks have them. */
    private static List<String> framesInText(MkvDocument document) throws Exception {
        StringBuilder text = new StringBuilder();
        document.print(text);
        return text.toString()
                .lines()
                .filter(line -> line.matches("\\|\\s+\\+ (Simple)?Block: .*"))
                .flatMap(line -> Arrays.stream(line.replaceFirst(".* of | bytes", "").split(", ")))
                .map(size -> size.replace(" bytes", ""))
                .collect(Collectors.toList());
    }

    private static List<String> frameSizes(Fragment fragment) throws MkvException {
        return fragment.frames().stream()
                .map(frame -> String.valueOf(frame.sizeBytes()))
                .collect(Collectors.toList());
    }
}
