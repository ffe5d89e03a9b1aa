/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Warnings and errors that are logged below a name. */
public final class Warnings implements AutoCloseable {

    public final List<String> texts = Collections.synchronizedList(new ArrayList<>());
    private final Logger log;
    private final AbstractAppender appender =
            new AbstractAppender("warnings", null, null, true, Property.EMPTY_ARRAY) {
                @Override
                public void append(LogEvent event) {
                    if (event.getLevel().isMoreSpecificThan(Level.WARN)) {
                        texts.add(event.getMessage().getFormattedMessage());
                    }
                }
            };

    /**
     * @param name of a package or logger
     */
    public Warnings(String name) {
        log = (Logger) LogManager.getLogger(name);
        appender.start();
        log.addAppender(appender);
    }

    @Override
    public void close() {
        log.removeAppender(appender);
    }
}
