/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.assembler;

import io.github.flinkkvs.mkv.Describe;
import io.github.flinkkvs.mkv.Feed;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.Frame;
import io.github.flinkkvs.mkv.RandomMedia;
import io.github.flinkkvs.mkv.Samples;
import io.github.flinkkvs.mkv.Tag;
import io.github.flinkkvs.mkv.TestMedia;
import io.github.flinkkvs.mkv.Track;
import io.github.flinkkvs.mkv.parser.MkvException;

import com.amazonaws.kinesisvideo.parser.ebml.EBMLTypeInfo;
import com.amazonaws.kinesisvideo.parser.ebml.InputStreamParserByteSource;
import com.amazonaws.kinesisvideo.parser.ebml.MkvTypeInfos;
import com.amazonaws.kinesisvideo.parser.mkv.MkvDataElement;
import com.amazonaws.kinesisvideo.parser.mkv.MkvElement;
import com.amazonaws.kinesisvideo.parser.mkv.MkvElementVisitException;
import com.amazonaws.kinesisvideo.parser.mkv.MkvElementVisitor;
import com.amazonaws.kinesisvideo.parser.mkv.MkvEndMasterElement;
import com.amazonaws.kinesisvideo.parser.mkv.MkvStartMasterElement;
import com.amazonaws.kinesisvideo.parser.mkv.StreamingMkvReader;
import com.amazonaws.kinesisvideo.parser.utilities.FragmentMetadata;
import com.amazonaws.kinesisvideo.parser.utilities.FragmentMetadataVisitor;
import com.amazonaws.kinesisvideo.parser.utilities.MkvTrackMetadata;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares with AWS's own parser library on the same bytes. That library knows no lacing and no
 * nested or binary tags, so the generated media has none.
 */
class AwsParserTest {

    static {
        // It warns of every unknown element.
        Configurator.setLevel("com.amazonaws.kinesisvideo.parser", Level.ERROR);
    }

    @Property(tries = 150)
    void generatedMedia(@ForAll long seed) throws Exception {
        List<RandomMedia> documents = RandomMedia.plainDocuments(seed, 3);
        assertThat(assertSame(RandomMedia.bytesOf(documents))).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "output_get_media.mkv",
                "kinesis_video_renderer_example_output.mkv",
                "output-get-media-equal-timecode.mkv",
                "empty-mkv-with-tags.mkv"
            })
    void recordedMedia(String name) throws Exception {
        byte[] bytes = Samples.read(name);
        assertThat(assertSame(bytes)).isEqualTo(Feed.of(bytes).fragments.size());
    }

    /** How many complete fragments both found. */
    private static int assertSame(byte[] bytes) throws Exception {
        Feed feed = new Feed(true).all(bytes, 1021);
        // AWS's reader fails on an element that is cut off.
        int complete = (int) feed.assembler.fragmentOffset();
        List<String> expected = new AwsReader().read(Arrays.copyOf(bytes, complete));
        assertThat(feed.fragments).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(describe(feed.fragments.get(i))).isEqualTo(expected.get(i));
        }
        return expected.size();
    }

    // ---- this connector -----------------------------------------------------------------------

    private static String describe(Fragment fragment) throws MkvException {
        StringBuilder text = new StringBuilder();
        text.append(
                header(
                        fragment.number().toString(),
                        fragment.serverTimestampMillis(),
                        fragment.producerTimestampMillis(),
                        fragment.millisBehindNow(),
                        fragment.continuationToken()));
        for (Tag tag : fragment.tags()) {
            text.append("tag ").append(tag).append('\n');
        }
        for (Track track : fragment.tracks()) {
            Track.Video video = track.video();
            Track.Audio audio = track.audio();
            text.append("track ")
                    .append(track.number())
                    .append(" uid ")
                    .append(track.uid())
                    .append(" name ")
                    .append(track.name() == null ? "" : track.name())
                    .append(" codec ")
                    .append(track.codecId())
                    .append(" private ")
                    .append(track.codecPrivate() == null ? "" : TestMedia.hex(track.codecPrivate()))
                    .append(" video ")
                    .append(video == null ? "none" : video.pixelWidth() + "x" + video.pixelHeight())
                    .append(" audio ")
                    .append(
                            audio == null
                                    ? "none"
                                    : audio.samplingFrequency()
                                            + " "
                                            + audio.channels()
                                            + " "
                                            + audio.bitDepth())
                    .append('\n');
        }
        for (Frame frame : fragment.frames()) {
            text.append(
                    frame(
                            frame.trackNumber(),
                            frame.offsetNanos() / fragment.timestampScaleNanos(),
                            frame.isKeyFrame(),
                            frame.isInvisible(),
                            frame.isDiscardable(),
                            frame.data()));
        }
        return text.toString();
    }

    private static String header(
            String number, long server, long producer, long millisBehindNow, String token) {
        return number
                + " server "
                + server
                + " producer "
                + producer
                + " behind "
                + millisBehindNow
                + " token "
                + token
                + '\n';
    }

    private static String frame(
            long track,
            long time,
            boolean key,
            boolean invisible,
            boolean discardable,
            ByteBuffer data) {
        return "frame of track "
                + track
                + " at "
                + time
                + (key ? " key" : "")
                + (invisible ? " invisible" : "")
                + (discardable ? " discardable" : "")
                + ' '
                + payload(data.duplicate())
                + '\n';
    }

    /** Short: recorded frames are large. */
    private static String payload(ByteBuffer data) {
        CRC32 crc = new CRC32();
        int size = data.remaining();
        crc.update(data);
        return size + " bytes, CRC-32 " + crc.getValue();
    }

    // ---- AWS ----------------------------------------------------------------------------------

    /** Drives AWS's reader as its examples do and records its output. */
    private static final class AwsReader extends MkvElementVisitor {

        private final List<String> fragments = new ArrayList<>();
        private final List<String> tags = new ArrayList<>();
        private com.amazonaws.kinesisvideo.parser.mkv.Frame block;
        private boolean hasReference;
        private final StringBuilder frames = new StringBuilder();
        private final TreeMap<Long, MkvTrackMetadata> tracks = new TreeMap<>();
        private final FragmentMetadataVisitor metadata = FragmentMetadataVisitor.create();

        List<String> read(byte[] bytes) throws Exception {
            StreamingMkvReader reader =
                    StreamingMkvReader.createDefault(
                            new InputStreamParserByteSource(new ByteArrayInputStream(bytes)));
            while (reader.mightHaveNext()) {
                Optional<MkvElement> element = reader.nextIfAvailable();
                if (element.isPresent()) {
                    element.get().accept(metadata);
                    element.get().accept(this);
                }
            }
            return fragments;
        }

        @Override
        public void visit(MkvStartMasterElement start) {
            if (MkvTypeInfos.EBML.equals(start.getElementMetaData().getTypeInfo())) {
                tags.clear();
                tracks.clear();
                frames.setLength(0);
            }
        }

        @Override
        public void visit(MkvEndMasterElement end) {
            if (MkvTypeInfos.CLUSTER.equals(end.getElementMetaData().getTypeInfo())) {
                for (long number = 1; number <= 3; number++) {
                    MkvTrackMetadata track = metadata.getMkvTrackMetadata(number);
                    if (track != null) {
                        tracks.put(number, track);
                    }
                }
            }
            if (MkvTypeInfos.BLOCKGROUP.equals(end.getElementMetaData().getTypeInfo())) {
                addFrame(block, !hasReference);
                hasReference = false;
            }
            // It reports the trailing tags at the end of their element.
            if (MkvTypeInfos.TAGS.equals(end.getElementMetaData().getTypeInfo())) {
                metadata.getCurrentFragmentMetadata()
                        .filter(FragmentMetadata::isCompleteFragment)
                        .ifPresent(this::add);
            }
        }

        @Override
        public void visit(MkvDataElement data) throws MkvElementVisitException {
            if (MkvTypeInfos.TAGNAME.equals(data.getElementMetaData().getTypeInfo())) {
                tags.add(withoutNuls((String) data.getValueCopy().getVal()) + "=");
            }
            if (MkvTypeInfos.TAGSTRING.equals(data.getElementMetaData().getTypeInfo())) {
                int last = tags.size() - 1;
                String value = withoutNuls((String) data.getValueCopy().getVal());
                tags.set(last, tags.get(last) + value);
            }
            EBMLTypeInfo type = data.getElementMetaData().getTypeInfo();
            if (MkvTypeInfos.SIMPLEBLOCK.equals(type)) {
                com.amazonaws.kinesisvideo.parser.mkv.Frame frame =
                        (com.amazonaws.kinesisvideo.parser.mkv.Frame) data.getValueCopy().getVal();
                addFrame(frame, frame.isKeyFrame());
            } else if (MkvTypeInfos.BLOCK.equals(type)) {
                block =
                        com.amazonaws.kinesisvideo.parser.mkv.Frame.withCopy(
                                (ByteBuffer) data.getValueCopy().getVal());
            } else if (MkvTypeInfos.REFERENCEBLOCK.equals(type)) {
                hasReference = true;
            }
        }

        private void addFrame(com.amazonaws.kinesisvideo.parser.mkv.Frame frame, boolean key) {
            frames.append(
                    AwsParserTest.frame(
                            frame.getTrackNumber(),
                            (short) frame.getTimeCode(),
                            key,
                            frame.isInvisible(),
                            frame.isDiscardable(),
                            frame.getFrameData()));
        }

        private void add(FragmentMetadata fragment) {
            StringBuilder text = new StringBuilder();
            text.append(
                    header(
                            fragment.getFragmentNumberString(),
                            fragment.getServerSideTimestampMillis(),
                            fragment.getProducerSideTimestampMillis(),
                            fragment.getMillisBehindNow().getAsLong(),
                            fragment.getContinuationToken().get()));
            for (String tag : tags) {
                text.append("tag ").append(tag).append('\n');
            }
            for (MkvTrackMetadata track : tracks.values()) {
                text.append("track ")
                        .append(track.getTrackNumber())
                        .append(" uid ")
                        .append(track.getTrackUID().map(BigInteger::toString).orElse(""))
                        .append(" name ")
                        .append(withoutNuls(track.getTrackName()))
                        .append(" codec ")
                        .append(withoutNuls(track.getCodecId()))
                        .append(" private ")
                        .append(
                                track.getCodecPrivateData() == null
                                        ? ""
                                        : TestMedia.hex(
                                                Describe.bytes(
                                                        track.getCodecPrivateData().duplicate())))
                        .append(" video ")
                        .append(
                                track.getPixelWidth().isPresent()
                                        ? track.getPixelWidth().get()
                                                + "x"
                                                + track.getPixelHeight().get()
                                        : "none")
                        .append(" audio ")
                        .append(audio(track))
                        .append('\n');
            }
            fragments.add(text.append(frames).toString());
            tags.clear();
        }

        /** Its getters for audio settings are always empty, but it has the elements. */
        private static String audio(MkvTrackMetadata track) {
            Object frequency = null;
            Object channels = null;
            Object bitDepth = null;
            for (MkvElement element : track.getAllElementsInTrack()) {
                EBMLTypeInfo type = element.getElementMetaData().getTypeInfo();
                if (MkvTypeInfos.SAMPLINGFREQUENCY.equals(type)) {
                    frequency = ((MkvDataElement) element).getValueCopy().getVal();
                } else if (MkvTypeInfos.CHANNELS.equals(type)) {
                    channels = ((MkvDataElement) element).getValueCopy().getVal();
                } else if (MkvTypeInfos.BITDEPTH.equals(type)) {
                    bitDepth = ((MkvDataElement) element).getValueCopy().getVal();
                }
            }
            return frequency == null ? "none" : frequency + " " + channels + " " + bitDepth;
        }

        private static String withoutNuls(String text) {
            return text == null ? "" : text.replace("\0", "");
        }
    }
}
