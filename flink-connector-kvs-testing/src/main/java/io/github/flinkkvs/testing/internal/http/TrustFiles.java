/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.http;

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;

/** What clients must trust, as files in a folder that is created on first use. */
public final class TrustFiles {
    private static final String STORE = "truststore.p12";
    private static final String CERTIFICATE = "certificate.pem";

    private final ServerCertificate certificate;

    /** Guarded by this. */
    @Nullable private Path folder;

    public TrustFiles(ServerCertificate certificate) {
        this.certificate = certificate;
    }

    public KeyStore store() {
        return certificate.trustStore();
    }

    /** As PKCS #12. */
    public Path storeFile() {
        return folder().resolve(STORE);
    }

    /** As PEM. */
    public Path certificateFile() {
        return folder().resolve(CERTIFICATE);
    }

    private synchronized Path folder() {
        if (folder == null) {
            try {
                folder = Files.createTempDirectory("embedded-kvs");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            certificate.write(folder.resolve(STORE), folder.resolve(CERTIFICATE));
        }
        return folder;
    }

    /** Deletes the files, if there are any. */
    public synchronized void delete() {
        if (folder == null) {
            return;
        }
        try {
            Files.deleteIfExists(folder.resolve(STORE));
            Files.deleteIfExists(folder.resolve(CERTIFICATE));
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
