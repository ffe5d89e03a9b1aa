/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that a job writes: whole under its name, or not there. */
final class OutputFile {

    /** Writes what is in it. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private OutputFile() {}

    /** Writes DIR/STREAM/NAME. */
    static Path write(String folder, String stream, String name, Content content) {
        // A stream may be called ".." as well.
        Path target = Path.of(folder, stream.replaceFirst("^\\.", "_"), name);
        try {
            Files.createDirectories(target.getParent());
            // One task writes all of a stream; what it left when it failed is written anew.
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
