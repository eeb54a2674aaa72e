# The Homebrew formula. A release fills in its version and the digest of its source archive.
class Backupdoctor < Formula
  desc "Says why iCloud Backup fails on an iPhone or iPad"
  homepage "https://github.com/backupdoctor/backupdoctor"
  url "https://github.com/backupdoctor/backupdoctor/releases/download/v@VERSION@/backupdoctor-@VERSION@.tar.gz"
  sha256 "@SHA256@"
  license "Apache-2.0"
  head "https://github.com/backupdoctor/backupdoctor.git", branch: "main"

  depends_on "go" => :build

  on_linux do
    depends_on "usbmuxd"
  end

  def install
    release = "github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command.release"
    ldflags = %W[-s -w -X #{release}=v#{version}]
    system "go", "build", *std_go_args(ldflags:), "./cmd/backupdoctor"
    (man1/"backupdoctor.1").write Utils.safe_popen_read(bin/"backupdoctor", "man")
    generate_completions_from_executable(bin/"backupdoctor", "completion", shells: [:bash, :zsh, :fish, :pwsh])
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/backupdoctor version")
    assert_match "303", shell_output("#{bin}/backupdoctor explain 303")
  end
end
