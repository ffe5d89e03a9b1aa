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
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ScalarFunction;

import javax.annotation.Nullable;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * {@code KVS_CLIP(stream, from_time, to_time [, format])}: the archived media of a range of time as
 * one playable file. Each row waits for its clip; see {@link KvsClipAsync}.
 */
@PublicEvolving
public final class KvsClip extends ScalarFunction {

    private static final long serialVersionUID = 1L;

    private final Map<String, String> options;
    private transient ClipCalls calls;

    /** With the region and the credentials that the machines of the cluster have. */
    public KvsClip() {
        this(new Configuration());
    }

    /**
     * @param config the options of the module
     * @throws IllegalArgumentException if an option is unknown or out of range
     */
    public KvsClip(Configuration config) {
        this.options = ClipCalls.checked(config);
    }

    @Override
    public void open(FunctionContext context) {
        calls = ClipCalls.open(options, context);
    }

    @Nullable
    @DataTypeHint("BYTES")
    public byte[] eval(
            @Nullable String stream,
            @DataTypeHint("TIMESTAMP_LTZ(3)") @Nullable Instant from,
            @DataTypeHint("TIMESTAMP_LTZ(3)") @Nullable Instant to)
            throws Exception {
        return eval(stream, from, to, "MKV");
    }

    @Nullable
    @DataTypeHint("BYTES")
    public byte[] eval(
            @Nullable String stream,
            @DataTypeHint("TIMESTAMP_LTZ(3)") @Nullable Instant from,
            @DataTypeHint("TIMESTAMP_LTZ(3)") @Nullable Instant to,
            @Nullable String format)
            throws Exception {
        CompletableFuture<byte[]> clip = calls.call(stream, from, to, format);
        try {
            return clip.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception) {
                throw (Exception) e.getCause();
            }
            throw e;
        }
    }

    /** Media comes and goes, and each call costs: Flink may repeat what is deterministic. */
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
