/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import javax.annotation.Nullable;

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
    static StartSelector parse(RequestFields request) throws AwsError {
        RequestFields selector = request.object("StartSelector");
        Type type = type(selector.text("StartSelectorType"));
        switch (type) {
            case FRAGMENT_NUMBER:
                return numbered(type, selector.text("AfterFragmentNumber"));
            case CONTINUATION_TOKEN:
                return numbered(type, selector.text("ContinuationToken"));
            case SERVER_TIMESTAMP:
            case PRODUCER_TIMESTAMP:
                BigDecimal seconds = selector.seconds("StartTimestamp");
                if (seconds == null) {
                    throw AwsError.invalidArgument("StartTimestamp is required for " + type);
                }
                return new StartSelector(
                        type, null, seconds.movePointRight(3).longValue(), seconds.toPlainString());
            default:
                return new StartSelector(type, null, 0, "");
        }
    }

    private static Type type(@Nullable String name) throws AwsError {
        for (Type type : Type.values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        throw AwsError.invalidArgument("StartSelectorType is missing or unknown");
    }

    private static StartSelector numbered(Type type, @Nullable String text) throws AwsError {
        if (text == null || !NUMBER.matcher(text).matches()) {
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
