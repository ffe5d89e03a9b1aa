/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.streams;

import io.github.flinkkvs.client.errors.OneLine;

import javax.annotation.Nullable;

import java.util.function.Supplier;

/** Checks of answers that are complete and no errors, and yet may not be those of the service. */
final class Answers {

    /** Of 10,000 streams each. */
    static final int MAX_PAGES_OF_STREAMS = 200;

    /** A stream has 50 tags at most. */
    static final int MAX_PAGES_OF_TAGS = 20;

    private Answers() {}

    /**
     * Interprets an answer.
     *
     * @throws IllegalStateException if that fails; it is tried again, since something may stand in
     *     place of the service for a while
     */
    static <T> T usable(String operation, Supplier<T> answer) {
        try {
            return answer.get();
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "The answer of "
                            + operation
                            + " cannot be used: "
                            + OneLine.of(String.valueOf(e.getMessage())));
        }
    }

    /**
     * The token of the next page; null if this is the last one.
     *
     * @param asked the token of this page; null for the first
     * @param page how many pages there were, including this one
     * @param maxPages there are not more
     * @throws IllegalStateException if the pages repeat, or do not end
     */
    @Nullable
    static String nextToken(
            String operation,
            @Nullable String answered,
            @Nullable String asked,
            int page,
            int maxPages) {
        if (answered == null || answered.isEmpty()) {
            return null;
        }
        if (answered.equals(asked) || page >= maxPages) {
            throw new IllegalStateException(
                    "The pages of "
                            + operation
                            + " do not end: "
                            + (answered.equals(asked)
                                    ? "the NextToken of a page leads to the same page"
                                    : "there are more than " + maxPages));
        }
        return answered;
    }
}
