/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.sdk;

import org.apache.flink.annotation.Internal;

import software.amazon.awssdk.http.SdkHttpResponse;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.OptionalLong;

/** The service's clock, from the {@code Date} header of an answer. */
@Internal
public final class ServiceTime {

    /**
     * The time of an answer, by the service's clock; by this machine's if the answer has none.
     *
     * @param response an answer of the service, not null
     * @return epoch millis
     */
    public static long orOwn(SdkHttpResponse response) {
        return of(response).orElseGet(System::currentTimeMillis);
    }

    /**
     * @return epoch millis, whole seconds; empty if the header is missing or does not follow RFC
     *     1123
     */
    static OptionalLong of(SdkHttpResponse response) {
        Optional<String> date = response.firstMatchingHeader("Date");
        if (date.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(
                    DateTimeFormatter.RFC_1123_DATE_TIME
                            .parse(date.get().trim(), Instant::from)
                            .toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            return OptionalLong.empty();
        }
    }

    private ServiceTime() {}
}
