/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.output;

import io.github.flinkkvs.examples.errors.ExampleException;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes files that exist under their name only when they are complete. */
final class OutputFile {

    /** Writes the content of a file. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private OutputFile() {}

    /** Writes DIR/STREAM/NAME. */
    static Path write(String folder, String stream, String name, Content content) {
        // The name of a stream can be "..".
        Path target = Path.of(folder, stream.replaceFirst("^\\.", "_"), name);
        try {
            Files.createDirectories(target.getParent());
            // One task writes all files of a stream, so it may overwrite what a failed attempt
            // left.
            Path unfinished = target.resolveSibling('.' + name + ".part");
            try (OutputStream out = Files.newOutputStream(unfinished)) {
                content.writeTo(out);
            }
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new ExampleException("Cannot write " + target + ": " + e);
        }
        return target;
    }
}
