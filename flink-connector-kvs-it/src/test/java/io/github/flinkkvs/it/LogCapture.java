/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All that is logged below some names, on every level, instead of on the console. */
final class LogCapture implements AutoCloseable {

    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final Map<String, LoggerConfig> replaced = new HashMap<>();

    /** Guarded by itself. */
    private final List<String> lines = new ArrayList<>();

    LogCapture(String... names) {
        AbstractAppender appender =
                new AbstractAppender("capture", null, null, true, Property.EMPTY_ARRAY) {
                    @Override
                    public void append(LogEvent event) {
                        StringWriter text = new StringWriter();
                        text.append(event.getLoggerName()).append(": ");
                        text.append(event.getMessage().getFormattedMessage());
                        if (event.getThrown() != null) {
                            event.getThrown().printStackTrace(new PrintWriter(text, true));
                        }
                        synchronized (lines) {
                            lines.add(text.toString());
                        }
                    }
                };
        appender.start();
        for (String name : names) {
            LoggerConfig all = new LoggerConfig(name, Level.ALL, false);
            all.addAppender(appender, Level.ALL, null);
            replaced.put(name, context.getConfiguration().getLoggers().get(name));
            context.getConfiguration().removeLogger(name);
            context.getConfiguration().addLogger(name, all);
        }
        context.updateLoggers();
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    @Override
    public void close() {
        replaced.forEach(
                (name, before) -> {
                    context.getConfiguration().removeLogger(name);
                    if (before != null) {
                        context.getConfiguration().addLogger(name, before);
                    }
                });
        context.updateLoggers();
    }
}
