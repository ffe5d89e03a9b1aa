/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.table.functions.AsyncScalarFunction;
import org.apache.flink.table.functions.FunctionContext;

import javax.annotation.Nullable;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * KVS_CLIP as an asynchronous function: several rows wait for their clips at a time. The module has
 * it on Flink 2.x in streaming mode. Batch mode has no asynchronous functions (FLINK-41482), and
 * Flink 1.20 mixes up the rows that wait (FLINK-37721), so there the module has {@link KvsClip}.
 */
@PublicEvolving
@FunctionHint(output = @DataTypeHint("BYTES"))
public final class KvsClipAsync extends AsyncScalarFunction {

    private static final long serialVersionUID = 1L;

    private final Map<String, String> options;
    private transient ClipCalls calls;

    /** With the region and the credentials that the machines of the cluster have. */
    public KvsClipAsync() {
        this(new Configuration());
    }

    /**
     * @param config the options of the module
     * @throws IllegalArgumentException if an option is unknown or out of range
     */
    public KvsClipAsync(Configuration config) {
        this.options = ClipCalls.checked(config);
    }

    @Override
    public void open(FunctionContext context) {
        calls = ClipCalls.open(options, context);
    }

    // Not one method with an optional argument: Flink does not call an asynchronous function of
    // which an argument is NULL, as those are that were left out.

    public void eval(
            CompletableFuture<byte[]> result,
            @Nullable String stream,
            @DataTypeHint("TIMESTAMP_LTZ(3)") @Nullable Instant from,
            @DataTypeHint("TIMESTAMP_LTZ(3)") @Nullable Instant to) {
        eval(result, stream, from, to, "MKV");
    }

    public void eval(
            CompletableFuture<byte[]> result,
            @Nullable String stream,
            @DataTypeHint("TIMESTAMP_LTZ(3)") @Nullable Instant from,
            @DataTypeHint("TIMESTAMP_LTZ(3)") @Nullable Instant to,
            @Nullable String format) {
        calls.call(stream, from, to, format)
                .whenComplete(
                        (clip, error) -> {
                            if (error == null) {
                                result.complete(clip);
                            } else {
                                result.completeExceptionally(error.getCause());
                            }
                        });
    }

    /** As that of {@link KvsClip}. */
    @Override
    public boolean isDeterministic() {
        return false;
    }

    /** The cluster can reach the service; the machine that plans the query may not. */
    @Override
    public boolean supportsConstantFolding() {
        return false;
    }

    @Override
    public void close() {
        if (calls != null) {
            calls.close();
        }
    }
}
