/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

class PayloadsTest {

    private static final byte[] PRIVATE_WORDS =
            "the secret of the house".getBytes(StandardCharsets.US_ASCII);

    private final Logger logger = (Logger) LogManager.getLogger(RareWarning.class);
    private final List<String> lines = new ArrayList<>();
    private final AbstractAppender appender =
            new AbstractAppender("lines", null, null, true, Property.EMPTY_ARRAY) {
                @Override
                public void append(LogEvent event) {
                    lines.add(event.getMessage().getFormattedMessage());
                }
            };

    private long nanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(30);

    private final Payloads payloads =
            new Payloads("KVS_TAG", new CountedContext().getMetricGroup(), () -> nanos);

    @BeforeEach
    void listen() {
        appender.start();
        logger.addAppender(appender);
        logger.setLevel(Level.WARN);
    }

    @AfterEach
    void stop() {
        logger.removeAppender(appender);
    }

    @Test
    void damageIsSaidOnceAMinute() {
        payloads.readTags(PRIVATE_WORDS);
        for (int i = 0; i < 59; i++) {
            nanos += TimeUnit.SECONDS.toNanos(1);
            payloads.readTags(PRIVATE_WORDS);
        }
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0))
                .startsWith("KVS_TAG makes nothing of a payload of 23 bytes: ")
                .doesNotContain("since");

        nanos += TimeUnit.SECONDS.toNanos(1);
        payloads.readTags(PRIVATE_WORDS);

        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).endsWith("; and 59 times more since this was last said");
    }

    @Test
    void nothingOfAPayloadIsLogged() {
        payloads.read(PRIVATE_WORDS);

        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).doesNotContain("secret", "house");
    }
}
