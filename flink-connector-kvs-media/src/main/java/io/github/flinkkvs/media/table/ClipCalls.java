/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.media.clip.Clip;
import io.github.flinkkvs.media.clip.ClipException;
import io.github.flinkkvs.media.clip.ClipFetcher;
import io.github.flinkkvs.media.clip.ClipRequest;
import io.github.flinkkvs.media.clip.ClipSettings;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.functions.FunctionContext;

import javax.annotation.Nullable;

import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What KVS_CLIP does, whether Flink calls it asynchronously or not. Thread-safe. */
final class ClipCalls implements AutoCloseable {

    static final String NAME = "KVS_CLIP";

    /**
     * How many subtasks share the quotas of a stream: Flink 1.20 does not tell a function how many
     * there are.
     */
    private static final int ASSUMED_SUBTASKS = 5;

    private final KvsModuleOptions.OnFailure onFailure;
    private final ClipRequest.Clock clock;
    private final ClipFetcher fetcher;
    private final RareWarning warning = new RareWarning(System::nanoTime);

    private ClipCalls(Configuration config, FunctionContext context) {
        onFailure = config.get(KvsModuleOptions.CLIP_ON_FAILURE);
        clock = config.get(KvsModuleOptions.CLIP_CLOCK);
        fetcher =
                ClipFetcher.open(
                        ClipSettings.of(clipOptions(config), ASSUMED_SUBTASKS),
                        context.getMetricGroup().addGroup(NAME),
                        "kvs-clip");
    }

    /**
     * @param options the options of the module
     */
    static ClipCalls open(Map<String, String> options, FunctionContext context) {
        return new ClipCalls(Configuration.fromMap(options), context);
    }

    /**
     * The options of the module, to keep them in a function.
     *
     * @throws IllegalArgumentException if an option is unknown or out of range
     */
    static Map<String, String> checked(Configuration config) {
        ClipSettings.check(clipOptions(config));
        KvsModuleOptions.all().forEach(config::getOptional);
        return new HashMap<>(config.toMap());
    }

    private static Configuration clipOptions(Configuration config) {
        Map<String, String> options = new HashMap<>(config.toMap());
        for (ConfigOption<?> option : KvsModuleOptions.all()) {
            options.remove(option.key());
        }
        return Configuration.fromMap(options);
    }

    /**
     * Begins a call.
     *
     * @return completes with the file, or with null; or fails, which fails the query
     * @throws IllegalArgumentException if there is no such format
     */
    CompletableFuture<byte[]> call(
            @Nullable String stream,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable String format) {
        if (stream == null || from == null || to == null || format == null) {
            return CompletableFuture.completedFuture(null);
        }
        Clip.Format wanted = format(format);
        ClipRequest request;
        try {
            request = ClipRequest.of(stream, from, to).withClock(clock).withFormat(wanted);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.<Clip>failedFuture(ClipException.invalid(e))
                    .handle(this::result);
        }
        return fetcher.fetch(request).handle(this::result);
    }

    private static Clip.Format format(String name) {
        try {
            return Clip.Format.valueOf(name.trim().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    NAME + ": format is 'MKV' or 'MP4', not '" + name + "'", e);
        }
    }

    /** The file; without it null, or an exception, as the user chose. */
    @Nullable
    private byte[] result(@Nullable Clip clip, @Nullable Throwable error) {
        if (error == null) {
            return clip.array();
        }
        if (!(error instanceof ClipException) || onFailure == KvsModuleOptions.OnFailure.FAIL) {
            throw new CompletionException(error);
        }
        warning.log(() -> NAME + " returns NULL: " + error.getMessage());
        return null;
    }

    @Override
    public void close() {
        fetcher.close();
    }
}
