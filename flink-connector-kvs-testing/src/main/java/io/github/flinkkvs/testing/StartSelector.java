/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import com.fasterxml.jackson.databind.JsonNode;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** Where a GetMedia body is to start. Immutable. */
final class StartSelector {
    enum Type {
        NOW,
        EARLIEST,
        FRAGMENT_NUMBER,
        SERVER_TIMESTAMP,
        PRODUCER_TIMESTAMP,
        CONTINUATION_TOKEN
    }

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,128}");

    final Type type;

    /** Of FRAGMENT_NUMBER and CONTINUATION_TOKEN; otherwise null. */
    final BigInteger number;

    /** Of the timestamp types. */
    final long millis;

    private final String text;

    private StartSelector(Type type, BigInteger number, long millis, String argument) {
        this.type = type;
        this.number = number;
        this.millis = millis;
        this.text = argument.isEmpty() ? type.name() : type + " " + argument;
    }

    /**
     * @throws AwsError when the request is not valid
     */
    static StartSelector parse(JsonNode request) throws AwsError {
        JsonNode selector = request.path("StartSelector");
        Type type;
        try {
            type = Type.valueOf(selector.path("StartSelectorType").asText());
        } catch (IllegalArgumentException e) {
            throw AwsError.invalidArgument("StartSelectorType is missing or unknown");
        }
        switch (type) {
            case FRAGMENT_NUMBER:
                return numbered(type, selector.path("AfterFragmentNumber"));
            case CONTINUATION_TOKEN:
                return numbered(type, selector.path("ContinuationToken"));
            case SERVER_TIMESTAMP:
            case PRODUCER_TIMESTAMP:
                JsonNode time = selector.path("StartTimestamp");
                if (!time.isNumber()) {
                    throw AwsError.invalidArgument("StartTimestamp is required for " + type);
                }
                BigDecimal seconds = time.decimalValue();
                return new StartSelector(
                        type, null, seconds.movePointRight(3).longValue(), seconds.toPlainString());
            default:
                return new StartSelector(type, null, 0, "");
        }
    }

    private static StartSelector numbered(Type type, JsonNode argument) throws AwsError {
        String text = argument.asText();
        if (!NUMBER.matcher(text).matches()) {
            throw AwsError.invalidArgument(
                    "The fragment number or token of " + type + " is invalid");
        }
        return new StartSelector(type, new BigInteger(text), 0, text);
    }

    @Override
    public String toString() {
        return text;
    }
}
