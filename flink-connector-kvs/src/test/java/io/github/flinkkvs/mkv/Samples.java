/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.mkv;

import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Recorded output of GetMedia, in the folder that the system property {@code kvs.samples} names:
 * the media in the tests of AWS's own parser library. Without it, tests that need it are skipped.
 */
public final class Samples {

    public static byte[] read(String name) throws IOException {
        String folder = System.getProperty("kvs.samples", "");
        Assumptions.assumeFalse(
                folder.isEmpty(), "No folder with recorded media: set it with -Dkvs.samples=DIR");
        Path file = Path.of(folder, name);
        Assumptions.assumeTrue(Files.exists(file), "No recorded media " + file);
        return Files.readAllBytes(file);
    }

    private Samples() {}
}
