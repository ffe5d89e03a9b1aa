/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.behavior;

import io.github.flinkkvs.testing.behavior.archive.ArchiveBehavior;

import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * One switch for each behaviour that the service's documentation leaves open. Immutable; every
 * method returns a changed copy.
 */
public final class Behavior {
    private Delivery delivery = Delivery.AS_INGESTED;
    private ExpiredPosition expiredPosition = ExpiredPosition.IN_BAND_ERROR_4000;
    private UnknownPosition unknownPosition = UnknownPosition.IN_BAND_ERROR_4000;
    private UnknownPosition futurePosition = UnknownPosition.IN_BAND_ERROR_4000;
    private ExpiredPosition overtakenReader = ExpiredPosition.START_AT_EARLIEST;
    private TimestampMatch timestampMatch = TimestampMatch.COVERING;
    private FutureTimestamp futureTimestamp = FutureTimestamp.FIRST_AT_OR_AFTER;
    private NowStart nowStart = NowStart.NEXT_FRAGMENT;
    private boolean continuationTokenInclusive;
    private ErrorDocument errorDocument = ErrorDocument.MINI_DOCUMENT;
    private String notFoundCode = "FRAGMENT_NOT_FOUND";
    private MillisBehindNow millisBehindNow = MillisBehindNow.ZERO_WHEN_NEWEST;
    private IdleRule idleRule = IdleRule.DELIVERED_BYTES;
    private SessionCapEnd sessionCapEnd = SessionCapEnd.AT_ONCE;
    private Duration slowReaderLimit = Duration.ZERO;
    private boolean credentialsCheckedOnlyAtStart = true;
    private int listTagsPageSize = 50;
    private boolean leadingTagsRepeated;
    private Duration idleAckInterval = Duration.ofSeconds(5);
    private Duration statusChangeTime = Duration.ZERO;
    private ArchiveBehavior archive = ArchiveBehavior.likely();

    private Behavior() {}

    /** The most likely behaviour: the first value of each type. */
    public static Behavior likely() {
        return new Behavior();
    }

    private Behavior copy() {
        Behavior copy = new Behavior();
        copy.delivery = delivery;
        copy.expiredPosition = expiredPosition;
        copy.unknownPosition = unknownPosition;
        copy.futurePosition = futurePosition;
        copy.overtakenReader = overtakenReader;
        copy.timestampMatch = timestampMatch;
        copy.futureTimestamp = futureTimestamp;
        copy.nowStart = nowStart;
        copy.continuationTokenInclusive = continuationTokenInclusive;
        copy.errorDocument = errorDocument;
        copy.notFoundCode = notFoundCode;
        copy.millisBehindNow = millisBehindNow;
        copy.idleRule = idleRule;
        copy.sessionCapEnd = sessionCapEnd;
        copy.slowReaderLimit = slowReaderLimit;
        copy.credentialsCheckedOnlyAtStart = credentialsCheckedOnlyAtStart;
        copy.listTagsPageSize = listTagsPageSize;
        copy.leadingTagsRepeated = leadingTagsRepeated;
        copy.idleAckInterval = idleAckInterval;
        copy.statusChangeTime = statusChangeTime;
        copy.archive = archive;
        return copy;
    }

    /** When readers see the bytes of a fragment. */
    public Behavior delivery(Delivery value) {
        Behavior copy = copy();
        copy.delivery = value;
        return copy;
    }

    /** AfterFragmentNumber or a token that is no longer stored. */
    public Behavior expiredPosition(ExpiredPosition value) {
        Behavior copy = copy();
        copy.expiredPosition = value;
        return copy;
    }

    /** AfterFragmentNumber inside the stored range that never existed. */
    public Behavior unknownPosition(UnknownPosition value) {
        Behavior copy = copy();
        copy.unknownPosition = value;
        return copy;
    }

    /** AfterFragmentNumber beyond the newest fragment. */
    public Behavior futurePosition(UnknownPosition value) {
        Behavior copy = copy();
        copy.futurePosition = value;
        return copy;
    }

    /** A reader so far behind that its next fragment left retention. */
    public Behavior overtakenReader(ExpiredPosition value) {
        Behavior copy = copy();
        copy.overtakenReader = value;
        return copy;
    }

    /** Where SERVER_TIMESTAMP and PRODUCER_TIMESTAMP start. */
    public Behavior timestampMatch(TimestampMatch value) {
        Behavior copy = copy();
        copy.timestampMatch = value;
        return copy;
    }

    /** SERVER_TIMESTAMP or PRODUCER_TIMESTAMP that the clock has not reached. */
    public Behavior futureTimestamp(FutureTimestamp value) {
        Behavior copy = copy();
        copy.futureTimestamp = value;
        return copy;
    }

    /** Where NOW starts while no fragment is open. */
    public Behavior nowStart(NowStart value) {
        Behavior copy = copy();
        copy.nowStart = value;
        return copy;
    }

    /** Whether CONTINUATION_TOKEN delivers its own fragment again. */
    public Behavior continuationTokenInclusive(boolean value) {
        Behavior copy = copy();
        copy.continuationTokenInclusive = value;
        return copy;
    }

    /** The form of in-band errors, also of archived media. */
    public Behavior errorDocument(ErrorDocument value) {
        Behavior copy = copy();
        copy.errorDocument = value;
        return copy;
    }

    /** The text of AWS_KINESISVIDEO_ERROR_CODE for a fragment that is not found. */
    public Behavior notFoundCode(String value) {
        Behavior copy = copy();
        copy.notFoundCode = value;
        return copy;
    }

    /** How MILLIS_BEHIND_NOW of pushed fragments is computed; replayed ones keep theirs. */
    public Behavior millisBehindNow(MillisBehindNow value) {
        Behavior copy = copy();
        copy.millisBehindNow = value;
        return copy;
    }

    /** What counts as media for the idle end. */
    public Behavior idleRule(IdleRule value) {
        Behavior copy = copy();
        copy.idleRule = value;
        return copy;
    }

    /** Where a body ends at the session cap. */
    public Behavior sessionCapEnd(SessionCapEnd value) {
        Behavior copy = copy();
        copy.sessionCapEnd = value;
        return copy;
    }

    /** Time after which a connection that does not drain is dropped; zero: never. */
    public Behavior slowReaderLimit(Duration value) {
        Behavior copy = copy();
        copy.slowReaderLimit = value;
        return copy;
    }

    /**
     * False: bodies end when {@link
     * io.github.flinkkvs.testing.EmbeddedKvs#expireCredentials(String)} names their key.
     */
    public Behavior credentialsCheckedOnlyAtStart(boolean value) {
        Behavior copy = copy();
        copy.credentialsCheckedOnlyAtStart = value;
        return copy;
    }

    /** Tags in one answer of ListTagsForStream. */
    public Behavior listTagsPageSize(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("A page has at least 1 tag, not " + value);
        }
        Behavior copy = copy();
        copy.listTagsPageSize = value;
        return copy;
    }

    /**
     * Whether the tags that a producer sends before its first Cluster are part of every fragment,
     * and not of the first alone. Recordings show both.
     */
    public Behavior leadingTagsRepeated(boolean value) {
        Behavior copy = copy();
        copy.leadingTagsRepeated = value;
        return copy;
    }

    /** How often PutMedia acknowledges that a producer is silent; zero: never. */
    public Behavior idleAckInterval(Duration value) {
        Behavior copy = copy();
        copy.idleAckInterval = value;
        return copy;
    }

    /**
     * How long a stream is CREATING, UPDATING or DELETING after a call that demands it, by the
     * service's clock; zero by default.
     */
    public Behavior statusChangeTime(Duration value) {
        Behavior copy = copy();
        copy.statusChangeTime = value;
        return copy;
    }

    /** The switches of archived media. */
    public Behavior archive(UnaryOperator<ArchiveBehavior> change) {
        Behavior copy = copy();
        copy.archive = change.apply(archive);
        return copy;
    }

    public Delivery delivery() {
        return delivery;
    }

    public ExpiredPosition expiredPosition() {
        return expiredPosition;
    }

    public UnknownPosition unknownPosition() {
        return unknownPosition;
    }

    public UnknownPosition futurePosition() {
        return futurePosition;
    }

    public ExpiredPosition overtakenReader() {
        return overtakenReader;
    }

    public TimestampMatch timestampMatch() {
        return timestampMatch;
    }

    public FutureTimestamp futureTimestamp() {
        return futureTimestamp;
    }

    public NowStart nowStart() {
        return nowStart;
    }

    public boolean continuationTokenInclusive() {
        return continuationTokenInclusive;
    }

    public ErrorDocument errorDocument() {
        return errorDocument;
    }

    public String notFoundCode() {
        return notFoundCode;
    }

    public MillisBehindNow millisBehindNow() {
        return millisBehindNow;
    }

    public IdleRule idleRule() {
        return idleRule;
    }

    public SessionCapEnd sessionCapEnd() {
        return sessionCapEnd;
    }

    public Duration slowReaderLimit() {
        return slowReaderLimit;
    }

    public boolean credentialsCheckedOnlyAtStart() {
        return credentialsCheckedOnlyAtStart;
    }

    public int listTagsPageSize() {
        return listTagsPageSize;
    }

    public boolean leadingTagsRepeated() {
        return leadingTagsRepeated;
    }

    public Duration idleAckInterval() {
        return idleAckInterval;
    }

    public Duration statusChangeTime() {
        return statusChangeTime;
    }

    public ArchiveBehavior archive() {
        return archive;
    }
}
