/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.world;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The job's credentials: a profile file, which is read again when it changes. */
public final class Credentials {
    private final Path file;
    private int generation;

    Credentials(Path file) throws IOException {
        this.file = file;
        renew();
    }

    Path file() {
        return file;
    }

    /** The access key id that the file has now. */
    public String key() {
        return "key" + generation;
    }

    /** Puts another key into the file. */
    public void renew() throws IOException {
        generation++;
        Path fresh = file.resolveSibling("fresh-" + generation);
        Files.writeString(
                fresh,
                "[default]\naws_access_key_id = %s\naws_secret_access_key = any\n"
                        .formatted(key()));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
