/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import java.util.List;

/** What no source confirms about the service, and what it may do as far as is known. */
enum Question {
    DELIVERY(
            "When does GetMedia deliver a fragment that is being pushed?",
            "delivery",
            "AS_INGESTED",
            "WHEN_CLOSED"),
    NOW_START(
            "Where does NOW begin while nothing is pushed?",
            "nowStart",
            "NEXT_FRAGMENT",
            "NEWEST_FRAGMENT"),
    TIMESTAMP_MATCH(
            "Which fragment matches a timestamp within a fragment, or between two?",
            "timestampMatch",
            "COVERING",
            "AT_OR_AFTER",
            "AT_OR_BEFORE"),
    FUTURE_TIMESTAMP(
            "Where does a timestamp begin that lies in the future?",
            "futureTimestamp",
            "FIRST_AT_OR_AFTER",
            "AS_NOW",
            "INVALID_ARGUMENT"),
    EXPIRED_POSITION(
            "What follows a fragment number that is no longer stored?",
            "expiredPosition",
            "IN_BAND_ERROR_4000",
            "IN_BAND_ERROR_3000",
            "START_AT_EARLIEST"),
    UNKNOWN_POSITION(
            "What follows a fragment number between two others that never existed?",
            "unknownPosition",
            "IN_BAND_ERROR_4000",
            "IN_BAND_ERROR_3000",
            "NEXT_GREATER",
            "NEXT_INGESTED"),
    FUTURE_POSITION(
            "What follows a fragment number that does not exist yet?",
            "futurePosition",
            "IN_BAND_ERROR_4000",
            "IN_BAND_ERROR_3000",
            "NEXT_GREATER",
            "NEXT_INGESTED"),
    CONTINUATION_TOKEN(
            "Does a continuation token deliver its own fragment again?",
            "continuationTokenInclusive",
            "false",
            "true"),
    ERROR_DOCUMENT(
            "What form has an error in the body of GetMedia?",
            "errorDocument",
            "MINI_DOCUMENT",
            "MINI_DOCUMENT_WITHOUT_NUMBER",
            "BARE_TAGS"),
    NOT_FOUND_CODE("How is the error of a fragment called that is not found?", "notFoundCode"),
    MILLIS_BEHIND_NOW(
            "What does MILLIS_BEHIND_NOW say of the newest fragment?",
            "millisBehindNow",
            "ZERO_WHEN_NEWEST",
            "AGE",
            "ZERO"),
    IDLE_RULE(
            "What keeps the body of GetMedia open while a fragment is being pushed?",
            "idleRule",
            "DELIVERED_BYTES or INGESTED_BYTES",
            "FRAGMENTS",
            "INGESTED_BYTES",
            "DELIVERED_BYTES or FRAGMENTS"),
    LEADING_TAGS(
            "Does each fragment have the tags that the producer sent before the first one?",
            "leadingTagsRepeated",
            "false",
            "true"),
    STATUS_CHANGE("How long is a new stream CREATING?", "statusChangeTime"),
    TAG_PAGES("How many tags has a page of ListTagsForStream?", "listTagsPageSize"),
    LISTING_LAG("How long after its end is a fragment listed?", "archive.listingLag"),
    READABLE_LAG("How long after its end can it be read?", "archive.readableLag"),
    LISTING_ORDER(
            "In which order does ListFragments list?",
            "archive.listingOrder",
            "SHUFFLED",
            "BY_NUMBER",
            "REVERSED"),
    LISTING_PAGE(
            "Has a page of ListFragments as many fragments as were asked for?",
            "archive.listingPageSize",
            "as many",
            "fewer"),
    EARLY_START(
            "What does ListFragments list from before the stream was created?",
            "archive.earlyStartListsNothing",
            "false",
            "true"),
    BODY_ORDER(
            "In which order does GetMediaForFragmentList send?",
            "archive.bodyOrder",
            "AS_REQUESTED",
            "BY_NUMBER",
            "REVERSED",
            "SHUFFLED"),
    BODY_SHAPE(
            "Is a body of archived media many documents, or one?",
            "archive.bodyShape",
            "DOCUMENTS",
            "ONE_SEGMENT"),
    ARCHIVE_TAGS(
            "What are the service's tags in archived media called?",
            "archive.tags",
            "CAPTURED",
            "DOCUMENTED"),
    AFTER_AN_ERROR(
            "Does anything follow an error in a body of archived media?",
            "archive.errorEndsBody",
            "false",
            "true"),
    NUMBER_LAYOUT("Has a fragment number the layout of recordings?", "", "yes"),
    WRONG_KEY(
            "Which error does an unknown access key get?",
            "",
            "UnrecognizedClientException 403",
            "InvalidClientTokenId 403",
            "NotAuthorizedException 401",
            "AccessDeniedException 403",
            "accepted"),
    SESSION_CAP(
            "Where does a body end that reaches the longest time of a call?",
            "sessionCapEnd",
            "AT_ONCE",
            "AFTER_FRAGMENT"),
    OVERTAKEN_READER(
            "What does a reader get whose next fragment leaves the retention during the call?",
            "overtakenReader"),
    SLOW_READER("When is a reader cut off that does not read?", "slowReaderLimit"),
    EXPIRED_CREDENTIALS(
            "Does a body end when the credentials of its call expire?",
            "credentialsCheckedOnlyAtStart"),
    LONG_LISTS(
            "Does GetMediaForFragmentList take more fragments at once than a second allows?",
            "archive.refusesListsBeyondQuota");

    /** In plain English. */
    final String text;

    /** The method of {@code Behavior}, or of its {@code archive}; empty if there is none. */
    final String behaviorSwitch;

    /** What the embedded service can do; empty if any answer will do. */
    final List<String> answers;

    Question(String text, String behaviorSwitch, String... answers) {
        this.text = text;
        this.behaviorSwitch = behaviorSwitch;
        this.answers = List.of(answers);
    }
}
