/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.store;

import javax.annotation.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Where a GetMedia body is to start. Immutable. */
public final class StartSelector {
    /** As requests name it. */
    public enum Type {
        NOW,
        EARLIEST,
        FRAGMENT_NUMBER,
        SERVER_TIMESTAMP,
        PRODUCER_TIMESTAMP,
        CONTINUATION_TOKEN
    }

    final Type type;

    /** Of FRAGMENT_NUMBER and CONTINUATION_TOKEN; otherwise null. */
    @Nullable final BigInteger number;

    /** Of the timestamp types. */
    final long millis;

    private final String text;

    private StartSelector(Type type, @Nullable BigInteger number, long millis, String argument) {
        this.type = type;
        this.number = number;
        this.millis = millis;
        this.text = argument.isEmpty() ? type.name() : type + " " + argument;
    }

    /** NOW or EARLIEST. */
    public static StartSelector of(Type type) {
        return new StartSelector(type, null, 0, "");
    }

    /** FRAGMENT_NUMBER or CONTINUATION_TOKEN. */
    public static StartSelector after(Type type, String number) {
        return new StartSelector(type, new BigInteger(number), 0, number);
    }

    /** SERVER_TIMESTAMP or PRODUCER_TIMESTAMP. */
    public static StartSelector at(Type type, BigDecimal seconds) {
        return new StartSelector(
                type, null, seconds.movePointRight(3).longValue(), seconds.toPlainString());
    }

    @Override
    public String toString() {
        return text;
    }
}
