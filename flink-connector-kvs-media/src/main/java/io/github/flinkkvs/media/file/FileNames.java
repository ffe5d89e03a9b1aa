/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.file;

import io.github.flinkkvs.media.Quoted;

/** Checks names of files below a folder. */
final class FileNames {

    private FileNames() {}

    /**
     * @param path with {@code /} between its parts
     * @return the same
     * @throws IllegalArgumentException if it would lead out of the folder, or hide what it names
     */
    static String checked(String path) {
        if (path.indexOf('\\') >= 0
                || path.indexOf(':') >= 0
                || path.chars().anyMatch(Character::isISOControl)) {
            throw wrong(path);
        }
        for (String part : path.split("/", -1)) {
            // ".." among them; and hidden files are temporary ones.
            if (part.isEmpty() || part.startsWith(".")) {
                throw wrong(path);
            }
        }
        return path;
    }

    private static IllegalArgumentException wrong(String path) {
        return new IllegalArgumentException(
                "Not a file name within the folder: " + Quoted.of(path));
    }
}
