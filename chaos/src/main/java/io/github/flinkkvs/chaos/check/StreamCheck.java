/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.check;

import io.github.flinkkvs.chaos.check.Finding.Kind;
import io.github.flinkkvs.chaos.ledger.PushedFragment;
import io.github.flinkkvs.chaos.ledger.PushedFragment.Fate;
import io.github.flinkkvs.chaos.ledger.PushedStream;
import io.github.flinkkvs.chaos.record.OutputRow;

import java.math.BigInteger;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks the rows of one stream, which come in the order in which the job counted them. Not
 * thread-safe.
 */
final class StreamCheck {
    private final String stream;
    private final PushedStream pushed;
    private final boolean frames;
    private final List<Finding> findings;

    /** Which frames of a fragment were seen; with whole fragments, bit 0 stands for all. */
    private final Map<BigInteger, BitSet> seen = new HashMap<>();

    private final WrittenTimes written = new WrittenTimes();

    private long lastSequence;
    private BigInteger lastNumber = BigInteger.ZERO;
    private int lastFrame;

    StreamCheck(String stream, PushedStream pushed, boolean frames, List<Finding> findings) {
        this.stream = stream;
        this.pushed = pushed;
        this.frames = frames;
        this.findings = findings;
    }

    /** Checks the next row. */
    void row(OutputRow row) {
        sequence(row);
        written.add(row);
        int frame = frames ? row.frame() : 0;
        if (frames == (row.frame() == OutputRow.WHOLE)) {
            find(Kind.WRONG, row, "is not " + (frames ? "a frame" : "a whole fragment"));
            return;
        }
        content(row);
        if (seen.computeIfAbsent(row.number(), number -> new BitSet()).get(frame)) {
            find(Kind.DOUBLED, row, "was there before");
            return;
        }
        seen.get(row.number()).set(frame);
        int order = row.number().compareTo(lastNumber);
        if (order < 0 || order == 0 && frame < lastFrame) {
            find(Kind.OUT_OF_ORDER, row, "comes behind " + lastNumber + ", frame " + lastFrame);
        } else {
            lastNumber = row.number();
            lastFrame = frame;
        }
    }

    /** The count is state of the job: each number occurs once, without a gap. */
    private void sequence(OutputRow row) {
        if (row.sequence() == lastSequence) {
            find(Kind.DOUBLED, row, "has the count of the row before it");
        } else if (row.sequence() != lastSequence + 1) {
            find(Kind.LOST, row, "the rows between it and row " + lastSequence + " are missing");
        }
        lastSequence = row.sequence();
    }

    private void content(OutputRow row) {
        PushedFragment fragment = pushed.fragments().get(row.number());
        if (fragment == null) {
            find(Kind.WRONG, row, "was never pushed");
        } else if (!frames) {
            if (fragment.fate() != Fate.COMPLETE) {
                find(Kind.WRONG, row, "is " + fragment.fate());
            } else if (fragment.checksum() != row.checksum()) {
                find(Kind.WRONG, row, "has another checksum: " + fragment.checksum());
            }
        } else if (row.frame() >= fragment.frames().size()) {
            find(Kind.WRONG, row, "the fragment has only " + fragment.frames().size() + " frames");
        } else if (fragment.frames().get(row.frame()) != row.checksum()) {
            find(Kind.WRONG, row, "has another checksum: " + fragment.frames().get(row.frame()));
        }
    }

    /** Checks, after all rows, that nothing is missing. */
    void end() {
        for (PushedFragment fragment : pushed.fragments().values()) {
            BitSet read = seen.getOrDefault(fragment.number(), new BitSet());
            // What was not complete may end early, but has no holes.
            int expected =
                    fragment.fate() != Fate.COMPLETE
                            ? read.length()
                            : frames ? fragment.frames().size() : 1;
            int missing = expected - read.get(0, expected).cardinality();
            if (missing > 0) {
                findings.add(
                        new Finding(
                                Kind.LOST,
                                stream,
                                written.dueMillis(fragment.number()),
                                "fragment "
                                        + fragment.number()
                                        + (frames
                                                ? ": " + missing + " of " + expected + " frames"
                                                : "")));
            }
        }
    }

    private void find(Kind kind, OutputRow row, String detail) {
        findings.add(
                new Finding(
                        kind,
                        stream,
                        row.writtenAtMillis(),
                        "row " + row.toLine() + ": " + detail));
    }
}
