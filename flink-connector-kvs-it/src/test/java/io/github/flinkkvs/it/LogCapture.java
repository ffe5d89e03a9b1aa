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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Captures everything logged below some names, at every level, instead of printing it. */
final class LogCapture implements AutoCloseable {

    /** A log entry with its stack trace. */
    static final class Entry {
        final String logger;
        final Level level;
        final String text;

        Entry(LogEvent event) {
            logger = event.getLoggerName();
            level = event.getLevel();
            StringWriter written = new StringWriter();
            written.append(event.getMessage().getFormattedMessage());
            if (event.getThrown() != null) {
                event.getThrown().printStackTrace(new PrintWriter(written, true));
            }
            text = written.toString();
        }

        @Override
        public String toString() {
            return logger + ": " + text;
        }
    }

    private static final List<String> TOP_LEVEL_NAMES =
            List.of("akka", "com", "io", "java", "javax", "jdk", "net", "org", "software", "sun");

    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final Map<String, LoggerConfig> replaced = new HashMap<>();

    /** Guarded by itself. */
    private final List<Entry> entries = new ArrayList<>();

    /**
     * Captures everything that is logged.
     *
     * @param exceptDebug loggers of which only INFO and above is captured, as if configured so
     */
    static LogCapture ofEverything(String... exceptDebug) {
        Map<String, LoggerConfig> configured =
                ((LoggerContext) LogManager.getContext(false)).getConfiguration().getLoggers();
        // Configured loggers would not pass their entries to the others.
        Map<String, Level> levels = new TreeMap<>();
        configured.keySet().forEach(name -> levels.put(name, Level.ALL));
        TOP_LEVEL_NAMES.forEach(name -> levels.put(name, Level.ALL));
        levels.remove(LogManager.ROOT_LOGGER_NAME);
        for (String name : exceptDebug) {
            levels.put(name, Level.INFO);
        }
        return new LogCapture(levels);
    }

    LogCapture(String... names) {
        this(Arrays.stream(names).collect(Collectors.toMap(name -> name, name -> Level.ALL)));
    }

    private LogCapture(Map<String, Level> levels) {
        AbstractAppender appender =
                new AbstractAppender("capture", null, null, true, Property.EMPTY_ARRAY) {
                    @Override
                    public void append(LogEvent event) {
                        Entry entry = new Entry(event);
                        synchronized (entries) {
                            entries.add(entry);
                        }
                    }
                };
        appender.start();
        levels.forEach(
                (name, level) -> {
                    LoggerConfig all = new LoggerConfig(name, level, false);
                    all.addAppender(appender, Level.ALL, null);
                    replaced.put(name, context.getConfiguration().getLoggers().get(name));
                    context.getConfiguration().removeLogger(name);
                    context.getConfiguration().addLogger(name, all);
                });
        context.updateLoggers();
    }

    List<Entry> entries() {
        synchronized (entries) {
            return List.copyOf(entries);
        }
    }

    /** Each begins with the name of its logger. */
    List<String> lines() {
        return entries().stream().map(Entry::toString).collect(Collectors.toList());
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
