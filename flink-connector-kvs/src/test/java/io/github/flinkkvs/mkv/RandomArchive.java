/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static io.github.flinkkvs.mkv.TestMedia.block;
import static io.github.flinkkvs.mkv.TestMedia.blockGroup;
import static io.github.flinkkvs.mkv.TestMedia.bytes;
import static io.github.flinkkvs.mkv.TestMedia.cluster;
import static io.github.flinkkvs.mkv.TestMedia.concat;
import static io.github.flinkkvs.mkv.TestMedia.element;
import static io.github.flinkkvs.mkv.TestMedia.number;
import static io.github.flinkkvs.mkv.TestMedia.serviceTags;
import static io.github.flinkkvs.mkv.TestMedia.simpleBlock;
import static io.github.flinkkvs.mkv.TestMedia.simpleTag;
import static io.github.flinkkvs.mkv.TestMedia.sized;
import static io.github.flinkkvs.mkv.TestMedia.tags;
import static io.github.flinkkvs.mkv.TestMedia.track;
import static io.github.flinkkvs.mkv.TestMedia.unknownSize;
import static io.github.flinkkvs.mkv.TestMedia.unknownSized;
import static io.github.flinkkvs.mkv.TestMedia.vint;

/**
 * A random body of GetMediaForFragmentList: documents of one or many fragments, with errors in
 * place of some, and what a reader must make of it.
 */
public final class RandomArchive {

    private static final byte[] SEGMENT_ID = bytes("18538067");

    /** Payload that confuses whoever scans for headers. */
    private static final byte[] CONFUSING =
            bytes("1A45DFA3 8B 4282 88 'matroska' 18538067 FF 1F43B675 FF 1254C367 80");

    private final Random random;
    private int lastNumber;

    public final byte[] body;

    /** The fragments as documents of their own. */
    public final List<byte[]> documents = new ArrayList<>();

    /** Their numbers. */
    public final List<String> numbers = new ArrayList<>();

    /** As {@link ServiceError#toString} puts them. */
    public final List<String> errors = new ArrayList<>();

    /** Whether the last fragment ends with the body. */
    public boolean endsWithFragment;

    // The document that is being written.
    private byte[] header;
    private byte[] filler;
    private int segmentSizeLength;
    private byte[] segmentSize;
    private byte[] info;
    private byte[] tracks;

    /** The own children of the Segment of the open fragment; null if none is open. */
    private List<byte[]> open;

    private String openNumber;
    private boolean openHasHeader;

    public RandomArchive(long seed) {
        this.random = new Random(seed);
        List<byte[]> parts = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            parts.add(document());
        }
        this.body = concat(parts);
    }

    private byte[] document() {
        String docType = random.nextBoolean() ? "matroska" : "matroska\0";
        header = sized(random.nextBoolean() ? 1 : 8, 0x1A45DFA3, element(0x4282, docType));
        filler = random.nextInt(4) == 0 ? element(0xEC, new byte[5]) : new byte[0];
        info = element(0x2AD7B1, 1_000_000);
        tracks = track(1, element(0x63A2, payload()));
        List<Object> children = children();
        segmentSizeLength = 4 + random.nextInt(5);
        segmentSize =
                random.nextBoolean()
                        ? unknownSize(segmentSizeLength)
                        : vint(length(children), segmentSizeLength);
        open = new ArrayList<>();
        openNumber = null;
        openHasHeader = true;
        List<byte[]> parts = new ArrayList<>(List.of(header, filler, SEGMENT_ID, segmentSize));
        for (Object child : children) {
            parts.add(bytesOf(child));
            expect(child);
        }
        endsWithFragment = open != null;
        if (open != null) {
            complete(segmentSize);
        }
        return concat(parts);
    }

    // ---- what is written ----------------------------------------------------------------------

    /** The beginning of a fragment. */
    private static final class Begin {
        String number;
        byte[] tags;
    }

    private static final class Failure {
        boolean hasNumber;
        String message;
        byte[] tags;
    }

    /** A change of the tracks. */
    private static final class Redeclared {
        byte[] payload;
    }

    private List<Object> children() {
        List<Object> children = new ArrayList<>();
        if (random.nextBoolean()) {
            children.add(element(0x114D9B74, element(0x4DBB, element(0x53AC, number(77)))));
        }
        if (random.nextInt(8) == 0) {
            children.add(failure());
        }
        children.add(element(0x1549A966, info));
        if (random.nextBoolean()) {
            children.add(userTags());
        }
        children.add(element(0x1654AE6B, tracks));
        int count = random.nextBoolean() ? 1 : 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(5) == 0) {
                children.add(failure());
            } else {
                addFragment(children);
            }
        }
        return children;
    }

    private void addFragment(List<Object> children) {
        Begin begin = new Begin();
        begin.number = nextNumber();
        boolean side = random.nextInt(3) == 0;
        begin.tags =
                serviceTags(
                        "AWS_KINESISVIDEO_FRAGMENT_NUMBER",
                        begin.number,
                        "AWS_KINESISVIDEO_SERVER" + (side ? "_SIDE" : "") + "_TIMESTAMP",
                        "15190741" + begin.number + ".5",
                        "AWS_KINESISVIDEO_PRODUCER" + (side ? "_SIDE" : "") + "_TIMESTAMP",
                        "15188149" + begin.number + ".125");
        children.add(begin);
        if (random.nextInt(3) == 0) {
            children.add(userTags());
        }
        int clusters = random.nextInt(6) == 0 ? random.nextInt(3) : 1;
        for (int i = 0; i < clusters; i++) {
            children.add(someCluster());
        }
        if (random.nextInt(3) == 0) {
            children.add(element(0x1C53BB6B, element(0xBB, element(0xB3, number(0)))));
        }
        if (random.nextInt(3) == 0) {
            children.add(userTags());
        }
        if (random.nextInt(6) == 0) {
            Redeclared redeclared = new Redeclared();
            redeclared.payload = track(1, element(0x63A2, payload()));
            children.add(redeclared);
        }
    }

    private byte[] someCluster() {
        List<byte[]> blocks = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            blocks.add(
                    random.nextBoolean()
                            ? simpleBlock(1, i, 0x80, payload())
                            : blockGroup(block(1, i, 0, payload()), element(0x9B, 7)));
        }
        return random.nextBoolean()
                ? cluster(concat(blocks))
                : unknownSized(1 + random.nextInt(8), 0x1F43B675, element(0xE7, 0), concat(blocks));
    }

    private Failure failure() {
        Failure failure = new Failure();
        failure.hasNumber = random.nextInt(4) > 0;
        String number = failure.hasNumber ? nextNumber() : "";
        String of = failure.hasNumber ? " of fragment " + number : "";
        List<String> tags = new ArrayList<>();
        if (random.nextBoolean()) {
            failure.message = "error 3000 FRAGMENT_NOT_FOUND" + of;
            tags.addAll(
                    List.of(
                            "AWS_KINESISVIDEO_ERROR_CODE", "FRAGMENT_NOT_FOUND",
                            "AWS_KINESISVIDEO_ERROR_ID", "3000"));
        } else {
            failure.message = "error 4000 not found" + of;
            tags.addAll(
                    List.of(
                            "AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE", "4000",
                            "AWS_KINESISVIDEO_EXCEPTION_MESSAGE", "not found"));
        }
        if (failure.hasNumber) {
            tags.addAll(
                    random.nextBoolean() ? 0 : tags.size(),
                    List.of("AWS_KINESISVIDEO_FRAGMENT_NUMBER", number));
        }
        failure.tags = serviceTags(tags.toArray(new String[0]));
        return failure;
    }

    private String nextNumber() {
        lastNumber += 1 + random.nextInt(3);
        return String.valueOf(10 + lastNumber);
    }

    private byte[] userTags() {
        return tags(simpleTag("site", "value " + random.nextInt()));
    }

    private byte[] payload() {
        if (random.nextInt(6) == 0) {
            return CONFUSING;
        }
        byte[] payload = new byte[random.nextInt(random.nextInt(10) == 0 ? 3000 : 40)];
        random.nextBytes(payload);
        return payload;
    }

    private static int length(List<Object> children) {
        return children.stream().mapToInt(child -> bytesOf(child).length).sum();
    }

    private static byte[] bytesOf(Object child) {
        return child instanceof Begin
                ? ((Begin) child).tags
                : child instanceof Failure
                        ? ((Failure) child).tags
                        : child instanceof Redeclared
                                ? element(0x1654AE6B, ((Redeclared) child).payload)
                                : (byte[]) child;
    }

    // ---- what must be read --------------------------------------------------------------------

    private void expect(Object child) {
        if (child instanceof Failure) {
            // Without a number, it is about the open fragment.
            if (openNumber != null && ((Failure) child).hasNumber) {
                complete(unknownSize(segmentSizeLength));
            }
            errors.add(
                    ((Failure) child).message
                            + (openNumber == null ? "" : " of fragment " + openNumber));
            open = null;
            openNumber = null;
            return;
        }
        if (child instanceof Begin) {
            if (openNumber != null) {
                complete(unknownSize(segmentSizeLength));
            }
            if (open == null) {
                open = new ArrayList<>();
                openHasHeader = false;
                open.add(sized(8, 0x1549A966, info));
                open.add(sized(8, 0x1654AE6B, tracks));
            }
            openNumber = ((Begin) child).number;
        }
        if (child instanceof Redeclared) {
            tracks = ((Redeclared) child).payload;
        }
        if (open != null) {
            open.add(bytesOf(child));
        }
    }

    private void complete(byte[] ownSegmentSize) {
        documents.add(
                openHasHeader
                        ? concat(header, filler, SEGMENT_ID, ownSegmentSize, concat(open))
                        : concat(header, SEGMENT_ID, unknownSize(8), concat(open)));
        numbers.add(openNumber);
        open = null;
        openNumber = null;
    }
}
