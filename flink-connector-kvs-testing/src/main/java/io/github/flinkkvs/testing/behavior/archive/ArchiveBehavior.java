/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.behavior.archive;

import java.time.Duration;
import java.util.Objects;

/**
 * One switch for each behaviour of archived media that the service's documentation leaves open.
 * Immutable; every method returns a changed copy.
 */
public final class ArchiveBehavior {
    private static final int MAX_PAGE = 1_000;

    private Duration listingLag = Duration.ZERO;
    private Duration readableLag = Duration.ZERO;
    private ListingOrder listingOrder = ListingOrder.SHUFFLED;
    private int listingPageSize = MAX_PAGE;
    private boolean earlyStartListsNothing;
    private BodyOrder bodyOrder = BodyOrder.AS_REQUESTED;
    private BodyShape bodyShape = BodyShape.DOCUMENTS;
    private ArchiveTags tags = ArchiveTags.CAPTURED;
    private boolean errorEndsBody;
    private boolean refusesListsBeyondQuota;
    private long seed;

    private ArchiveBehavior() {}

    /** The most likely behaviour: the first value of each type, and no lag. */
    public static ArchiveBehavior likely() {
        return new ArchiveBehavior();
    }

    private ArchiveBehavior copy() {
        ArchiveBehavior copy = new ArchiveBehavior();
        copy.listingLag = listingLag;
        copy.readableLag = readableLag;
        copy.listingOrder = listingOrder;
        copy.listingPageSize = listingPageSize;
        copy.earlyStartListsNothing = earlyStartListsNothing;
        copy.bodyOrder = bodyOrder;
        copy.bodyShape = bodyShape;
        copy.tags = tags;
        copy.errorEndsBody = errorEndsBody;
        copy.refusesListsBeyondQuota = refusesListsBeyondQuota;
        copy.seed = seed;
        return copy;
    }

    /**
     * How long after its end ListFragments lists a fragment, by the service's clock; zero by
     * default, up to a second or so in AWS.
     */
    public ArchiveBehavior listingLag(Duration value) {
        ArchiveBehavior copy = copy();
        copy.listingLag = Objects.requireNonNull(value);
        return copy;
    }

    /**
     * How long after its end GetMediaForFragmentList finds a fragment, by the service's clock; zero
     * by default. Longer than {@link #listingLag()}, it makes fragments that are listed but not
     * found.
     */
    public ArchiveBehavior readableLag(Duration value) {
        ArchiveBehavior copy = copy();
        copy.readableLag = Objects.requireNonNull(value);
        return copy;
    }

    public ArchiveBehavior listingOrder(ListingOrder value) {
        ArchiveBehavior copy = copy();
        copy.listingOrder = Objects.requireNonNull(value);
        return copy;
    }

    /** The most fragments in one answer of ListFragments, even if the request wants more. */
    public ArchiveBehavior listingPageSize(int value) {
        if (value < 1 || value > MAX_PAGE) {
            throw new IllegalArgumentException(
                    "A page has 1 to " + MAX_PAGE + " fragments, not " + value);
        }
        ArchiveBehavior copy = copy();
        copy.listingPageSize = value;
        return copy;
    }

    /**
     * Whether ListFragments lists nothing for a range that begins before the stream's creation or
     * its retention, which was once observed.
     */
    public ArchiveBehavior earlyStartListsNothing(boolean value) {
        ArchiveBehavior copy = copy();
        copy.earlyStartListsNothing = value;
        return copy;
    }

    public ArchiveBehavior bodyOrder(BodyOrder value) {
        ArchiveBehavior copy = copy();
        copy.bodyOrder = Objects.requireNonNull(value);
        return copy;
    }

    public ArchiveBehavior bodyShape(BodyShape value) {
        ArchiveBehavior copy = copy();
        copy.bodyShape = Objects.requireNonNull(value);
        return copy;
    }

    /** How the service names its tags. */
    public ArchiveBehavior tags(ArchiveTags value) {
        ArchiveBehavior copy = copy();
        copy.tags = Objects.requireNonNull(value);
        return copy;
    }

    /** Whether a body ends with the first fragment that is not found. */
    public ArchiveBehavior errorEndsBody(boolean value) {
        ArchiveBehavior copy = copy();
        copy.errorEndsBody = value;
        return copy;
    }

    /**
     * Whether a call that costs more points than a second has is refused. Otherwise it passes when
     * no points are in use, and delays the next calls for as long as its points last.
     */
    public ArchiveBehavior refusesListsBeyondQuota(boolean value) {
        ArchiveBehavior copy = copy();
        copy.refusesListsBeyondQuota = value;
        return copy;
    }

    /** Chooses how fragments are mixed up. */
    public ArchiveBehavior seed(long value) {
        ArchiveBehavior copy = copy();
        copy.seed = value;
        return copy;
    }

    public Duration listingLag() {
        return listingLag;
    }

    public Duration readableLag() {
        return readableLag;
    }

    public ListingOrder listingOrder() {
        return listingOrder;
    }

    public int listingPageSize() {
        return listingPageSize;
    }

    public boolean earlyStartListsNothing() {
        return earlyStartListsNothing;
    }

    public BodyOrder bodyOrder() {
        return bodyOrder;
    }

    public BodyShape bodyShape() {
        return bodyShape;
    }

    public ArchiveTags tags() {
        return tags;
    }

    public boolean errorEndsBody() {
        return errorEndsBody;
    }

    public boolean refusesListsBeyondQuota() {
        return refusesListsBeyondQuota;
    }

    public long seed() {
        return seed;
    }
}
