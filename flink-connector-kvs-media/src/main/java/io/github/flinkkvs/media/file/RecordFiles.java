/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.UUID;

/**
 * One file per record, on any of Flink's file systems, under a name that depends on the record
 * alone. A file is written beside its place and then renamed, so it exists completely or not at
 * all; an existing file stays as it is. A record that comes again after a failure therefore changes
 * nothing: each gets its file effectively once.
 *
 * <p>Until then its bytes are in a folder {@code .NAME.tmp}. The next attempt at the same record
 * deletes what an earlier one left there.
 *
 * <p>Immutable, thread-safe and serializable.
 *
 * @param <T> the records
 */
@PublicEvolving
public final class RecordFiles<T> implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Names the file of a record. */
    @FunctionalInterface
    public interface Name<T> extends Serializable {

        /**
         * A path within the folder, with {@code /} between its parts; always the same for a record,
         * and another for each.
         */
        String of(T record);
    }

    /** Writes the content of a record's file. */
    @FunctionalInterface
    public interface Content<T> extends Serializable {

        /** Writes to {@code out}, which is buffered, and need not close it. */
        void write(T record, OutputStream out) throws IOException;
    }

    private final URI folder;
    private final Name<T> name;
    private final Content<T> content;

    public RecordFiles(Path folder, Name<T> name, Content<T> content) {
        this.folder = folder.toUri();
        this.name = name;
        this.content = content;
    }

    /**
     * Writes the file of a record, unless it is there.
     *
     * @return where it is
     * @throws IOException if it cannot be written
     * @throws IllegalArgumentException if its name leads out of the folder, or could be taken for a
     *     temporary file
     */
    public Path write(T record) throws IOException {
        Path file = new Path(new Path(folder), FileNames.checked(name.of(record)));
        FileSystem system = file.getFileSystem();
        Path attempts = new Path(file.getParent(), "." + file.getName() + ".tmp");
        if (system.exists(file)) {
            // Left by a process that died after it had renamed the file.
            system.delete(attempts, true);
            return file;
        }
        // A unique name: an abandoned attempt may still be writing.
        Path attempt = new Path(attempts, UUID.randomUUID().toString());
        system.delete(attempts, true);
        system.mkdirs(attempts);
        try {
            try (OutputStream out =
                    new BufferedOutputStream(
                            system.create(attempt, FileSystem.WriteMode.NO_OVERWRITE))) {
                content.write(record, out);
            }
            // Some file systems fail if another attempt was faster.
            if (!system.rename(attempt, file) && !system.exists(file)) {
                throw new IOException("Cannot rename " + attempt + " to " + file);
            }
        } finally {
            system.delete(attempts, true);
        }
        return file;
    }

    /** A sink that writes the file of each record when it arrives. */
    @SuppressWarnings("unchecked")
    public Sink<T> sink() {
        return (Sink<T>)
                Proxy.newProxyInstance(
                        RecordFiles.class.getClassLoader(),
                        new Class<?>[] {Sink.class},
                        new SinkMethods<>(this));
    }

    /**
     * A {@link Sink} for each version of Flink. A class that implements it for 1.20 names a type in
     * its methods that 2.x does not have, and cannot be serialized there.
     */
    private static final class SinkMethods<T> implements InvocationHandler, Serializable {

        private static final long serialVersionUID = 1L;

        private final RecordFiles<T> files;

        SinkMethods(RecordFiles<T> files) {
            this.files = files;
        }

        @Override
        public Object invoke(Object sink, Method method, Object[] arguments) {
            switch (method.getName()) {
                case "createWriter":
                    return new Writer<>(files);
                case "hashCode":
                    return System.identityHashCode(sink);
                case "equals":
                    return sink == arguments[0];
                case "toString":
                    return "files in " + files.folder;
                default:
                    throw new UnsupportedOperationException(method.toString());
            }
        }
    }

    private static final class Writer<T> implements SinkWriter<T> {

        private final RecordFiles<T> files;

        Writer(RecordFiles<T> files) {
            this.files = files;
        }

        @Override
        public void write(T record, Context context) throws IOException {
            files.write(record);
        }

        @Override
        public void flush(boolean endOfInput) {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
