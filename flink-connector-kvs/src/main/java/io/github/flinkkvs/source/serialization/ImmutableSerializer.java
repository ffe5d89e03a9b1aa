/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.serialization;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

import java.io.IOException;

/**
 * A serializer of records that never change: they are passed on and never copied.
 *
 * @param <T> the records
 */
@Internal
public abstract class ImmutableSerializer<T> extends TypeSerializerSingleton<T> {

    private static final long serialVersionUID = 1L;

    @Override
    public final boolean isImmutableType() {
        return true;
    }

    @Override
    public final T createInstance() {
        // Records cannot be empty. Flink requests instances only to reuse mutable ones.
        return null;
    }

    @Override
    public final T copy(T from) {
        return from;
    }

    @Override
    public final T copy(T from, T reuse) {
        return from;
    }

    @Override
    public final int getLength() {
        return -1;
    }

    @Override
    public final T deserialize(DataInputView source) throws IOException {
        try {
            return read(source);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IOException(
                    "A serialized record is damaged: "
                            + e.getMessage()
                            + ". If it comes from a checkpoint, restore the job from another one.",
                    e);
        }
    }

    /**
     * Reads what {@link #serialize} writes, or wrote in an earlier version.
     *
     * @throws IllegalArgumentException if values are impossible; {@link #deserialize} says so
     */
    protected abstract T read(DataInputView source) throws IOException;

    @Override
    public final T deserialize(T reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public final void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }
}
