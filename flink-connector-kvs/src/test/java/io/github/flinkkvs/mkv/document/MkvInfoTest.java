/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv.document;

import io.github.flinkkvs.mkv.Feed;
import io.github.flinkkvs.mkv.parser.MkvElements;
import io.github.flinkkvs.mkv.parser.MkvException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares the tree with the output of mkvinfo for the same fragments, element by element: names,
 * nesting, values, offsets and sizes. The test converts the lines of {@link MkvDocument#print} to
 * mkvinfo's wording and takes offsets from the elements.
 */
class MkvInfoTest {

    /** mkvinfo's names of the elements. */
    private static final Map<String, String> NAMES =
            Map.ofEntries(
                    entry("EBML", "EBML head"),
                    entry("EBMLVersion", "EBML version"),
                    entry("EBMLReadVersion", "EBML read version"),
                    entry("EBMLMaxIDLength", "Maximum EBML ID length"),
                    entry("EBMLMaxSizeLength", "Maximum EBML size length"),
                    entry("DocType", "Document type"),
                    entry("DocTypeVersion", "Document type version"),
                    entry("DocTypeReadVersion", "Document type read version"),
                    entry("Void", "EBML void"),
                    entry("Segment", "Segment"),
                    entry("SeekHead", "Seek head"),
                    entry("Seek", "Seek entry"),
                    entry("SeekID", "Seek ID"),
                    entry("SeekPosition", "Seek position"),
                    entry("Info", "Segment information"),
                    entry("TimestampScale", "Timestamp scale"),
                    entry("Duration", "Duration"),
                    entry("DateUTC", "Date"),
                    entry("Title", "Title"),
                    entry("MuxingApp", "Multiplexing application"),
                    entry("WritingApp", "Writing application"),
                    entry("SegmentUUID", "Segment UID"),
                    entry("Tracks", "Tracks"),
                    entry("TrackEntry", "Track"),
                    entry("TrackNumber", "Track number"),
                    entry("TrackUID", "Track UID"),
                    entry("TrackType", "Track type"),
                    entry("FlagLacing", "\"Lacing\" flag"),
                    entry("FlagDefault", "\"Default track\" flag"),
                    entry("Name", "Name"),
                    entry("Language", "Language"),
                    entry("CodecID", "Codec ID"),
                    entry("CodecPrivate", "Codec's private data"),
                    entry("DefaultDuration", "Default duration"),
                    entry("Video", "Video track"),
                    entry("PixelWidth", "Pixel width"),
                    entry("PixelHeight", "Pixel height"),
                    entry("DisplayWidth", "Display width"),
                    entry("DisplayHeight", "Display height"),
                    entry("FlagInterlaced", "Interlaced"),
                    entry("Colour", "Video color information"),
                    entry("MatrixCoefficients", "Color matrix coefficients"),
                    entry("TransferCharacteristics", "Color transfer"),
                    entry("Audio", "Audio track"),
                    entry("SamplingFrequency", "Sampling frequency"),
                    entry("Channels", "Channels"),
                    entry("BitDepth", "Bit depth"),
                    entry("Cluster", "Cluster"),
                    entry("Timestamp", "Cluster timestamp"),
                    entry("PrevSize", "Cluster previous size"),
                    entry("SimpleBlock", "Simple block"),
                    entry("BlockGroup", "Block group"),
                    entry("Block", "Block"),
                    entry("BlockDuration", "Block duration"),
                    entry("ReferenceBlock", "Reference block"),
                    entry("BlockAdditions", "Additions"),
                    entry("BlockMore", "More"),
                    entry("BlockAddID", "Block additional ID"),
                    entry("BlockAdditional", "Block additional"),
                    entry("Cues", "Cues"),
                    entry("CuePoint", "Cue point"),
                    entry("CueTime", "Cue time"),
                    entry("CueTrackPositions", "Cue track positions"),
                    entry("CueTrack", "Cue track"),
                    entry("CueClusterPosition", "Cue cluster position"),
                    entry("Chapters", "Chapters"),
                    entry("EditionEntry", "Edition entry"),
                    entry("EditionUID", "Edition UID"),
                    entry("ChapterAtom", "Chapter atom"),
                    entry("ChapterUID", "Chapter UID"),
                    entry("ChapterTimeStart", "Chapter time start"),
                    entry("ChapterDisplay", "Chapter display"),
                    entry("ChapString", "Chapter string"),
                    entry("ChapLanguage", "Chapter language"),
                    entry("Tags", "Tags"),
                    entry("Tag", "Tag"),
                    entry("Targets", "Targets"),
                    entry("TargetTypeValue", "Target type value"),
                    entry("TagTrackUID", "Track UID"),
                    entry("SimpleTag", "Simple"),
                    entry("TagName", "Name"),
                    entry("TagString", "String"),
                    entry("TagBinary", "Binary"),
                    entry("TagLanguage", "Tag language"));

    /** mkvinfo adds its own knowledge of tracks and codecs in parentheses. */
    private static final String REMARK = " \\((track ID|Kax|H\\.264|\\d+\\.\\d+ frames)[^)]*\\)";

    private static final Pattern BLOCK =
            Pattern.compile("track (\\d+), (\\S+) s(.*), \\d+ frames? of (.*) bytes");

    /** All media here has this TimestampScale. */
    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000);

    private final List<String> lines = new ArrayList<>();

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = MkvInfoTest.class.getResourceAsStream("mkvinfo/" + name)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h264", "h264-aac", "pcm", "everything"})
    void saysWhatMkvinfoSays(String name) throws Exception {
        MkvDocument document = Feed.only(resource(name + ".mkv")).document();
        StringBuilder text = new StringBuilder();
        document.print(text);
        List<String> printed = text.toString().lines().collect(Collectors.toList());
        List<MkvElement> elements = new ArrayList<>();
        collect(document, elements);
        assertThat(printed).hasSameSizeAs(elements);
        for (int i = 0; i < printed.size(); i++) {
            // mkvinfo omits them: it counts them as part of their parent.
            if (elements.get(i).id() != MkvElements.CRC_32) {
                addLines(printed.get(i), elements.get(i));
            }
        }

        String golden = new String(resource(name + ".txt"), StandardCharsets.UTF_8);
        assertThat(lines)
                .containsExactlyElementsOf(
                        golden.lines()
                                .map(line -> line.replaceFirst(REMARK, ""))
                                .collect(Collectors.toList()));
    }

    private static void collect(MkvNode parent, List<MkvElement> into) throws MkvException {
        for (MkvElement child : parent.children()) {
            into.add(child);
            collect(child, into);
        }
    }

    /** A printed line in mkvinfo's wording; for a block, also its frames. */
    private void addLines(String printed, MkvElement element) {
        int plus = printed.indexOf('+');
        String[] nameAndValue = printed.substring(plus + 2).split(": ", 2);
        String name = nameAndValue[0].replace(" (unknown size)", "");
        String value = nameAndValue.length == 2 ? value(name, nameAndValue[1]) : "";
        if (name.equals("Segment")) {
            value = ": size unknown";
        }
        assertThat(NAMES.get(name)).as(name).isNotNull();
        lines.add(
                printed.substring(0, plus + 2)
                        + NAMES.get(name)
                        + value
                        + " at "
                        + element.offset()
                        + (nameAndValue[0].endsWith(" (unknown size)")
                                ? " size is unknown"
                                : " size "
                                        + (element.headerSize() + element.dataSize())
                                        + " data size "
                                        + element.dataSize()));
        Matcher block = BLOCK.matcher(printed);
        if (block.find()) {
            addFrames(printed.substring(0, plus), block.group(4).split(", "), element);
        }
    }

    private void addFrames(String indent, String[] sizes, MkvElement block) {
        int at = block.offset() + block.headerSize() + block.dataSize();
        for (String size : sizes) {
            at -= Integer.parseInt(size);
        }
        for (String size : sizes) {
            lines.add(indent + " + Frame at " + at + " size " + size);
            at += Integer.parseInt(size);
        }
    }

    private static String value(String name, String printed) {
        switch (name) {
            case "SimpleBlock":
            case "Block":
                return ": " + block(printed);
            case "Timestamp":
            case "Duration":
            case "CueTime":
            case "BlockDuration":
            case "ReferenceBlock":
                return ": " + time(new BigDecimal(printed).multiply(NANOS));
            case "DefaultDuration":
            case "ChapterTimeStart":
                return ": " + time(new BigDecimal(printed));
            case "DateUTC":
                return ": " + printed.replace("T", " ").replace("Z", " UTC");
            case "TrackType":
                return printed.equals("1") ? ": video" : ": audio";
            case "SamplingFrequency":
                return ": " + new BigDecimal(printed).stripTrailingZeros().toPlainString();
            case "Void":
            case "CodecPrivate":
                return ": size " + printed.split(" ")[0];
            case "SeekID":
            case "SegmentUUID":
                return ": " + hex(printed);
            case "BlockAdditional":
            case "TagBinary":
                return ": length " + printed.split(" ")[0] + ", data: " + hex(printed);
            default:
                return ": " + printed;
        }
    }

    private static String hex(String printed) {
        String digits = printed.substring(printed.indexOf(", ") + 2);
        return "0x" + digits.replace(" ", " 0x");
    }

    private static String block(String printed) {
        Matcher block = BLOCK.matcher(printed);
        assertThat(block.matches()).as(printed).isTrue();
        return (block.group(3).contains("key frame") ? "key, " : "")
                + (block.group(3).contains("discardable") ? "discardable, " : "")
                + "track number "
                + block.group(1)
                + ", "
                + block.group(4).split(", ").length
                + " frame(s), timestamp "
                + time(new BigDecimal(block.group(2)).movePointRight(9));
    }

    private static String time(BigDecimal nanos) {
        long all = nanos.longValueExact();
        long seconds = Math.abs(all) / 1_000_000_000;
        return String.format(
                "%s%02d:%02d:%02d.%09d",
                all < 0 ? "-" : "",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60,
                Math.abs(all) % 1_000_000_000);
    }
}
