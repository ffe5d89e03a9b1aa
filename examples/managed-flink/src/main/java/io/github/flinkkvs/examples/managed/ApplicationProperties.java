/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.managed;

import com.amazonaws.services.kinesisanalytics.runtime.KinesisAnalyticsRuntime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;

/** The application properties of a job: groups of strings, each with an id. */
final class ApplicationProperties {

    private final String origin;
    private final Map<String, Properties> groups;

    private ApplicationProperties(String origin, Map<String, Properties> groups) {
        this.origin = origin;
        this.groups = groups;
    }

    /**
     * The properties that the service passes to the job.
     *
     * @throws IllegalArgumentException if there are none
     */
    static ApplicationProperties ofService() throws IOException {
        // The map is empty if the file of the service is missing.
        Map<String, Properties> groups = KinesisAnalyticsRuntime.getApplicationProperties();
        if (groups.isEmpty()) {
            throw new IllegalArgumentException(
                    "There are no application properties: add property groups to the application of"
                            + " the service, or outside the service give a file with application"
                            + " properties as the first argument");
        }
        return new ApplicationProperties("the application properties of the service", groups);
    }

    /**
     * The properties of a file that has the format of the service's.
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    static ApplicationProperties ofFile(String file) {
        if (!Files.isRegularFile(Path.of(file))) {
            throw new IllegalArgumentException(
                    "There is no file " + Path.of(file).toAbsolutePath());
        }
        try {
            return new ApplicationProperties(
                    file, KinesisAnalyticsRuntime.getApplicationProperties(file));
        } catch (IOException | RuntimeException e) {
            // AWS's reader runs into it where a part is missing, and says nothing.
            String reason =
                    e instanceof NullPointerException ? "one of them is missing" : e.getMessage();
            throw new IllegalArgumentException(
                    file
                            + " is not a JSON array of objects, each with PropertyGroupId and"
                            + " PropertyMap: "
                            + reason,
                    e);
        }
    }

    /**
     * @throws IllegalArgumentException if it is missing
     */
    PropertyGroup group(String id) {
        Properties group = groups.get(id);
        if (group == null) {
            throw new IllegalArgumentException(
                    "Property group '"
                            + id
                            + "' is missing in "
                            + origin
                            + ". There are: "
                            + new TreeSet<>(groups.keySet()));
        }
        return new PropertyGroup(id, group);
    }
}
