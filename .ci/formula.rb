# formula.rb FORMULA ARCHIVE FOLDER does what Homebrew does with the formula, as far as that takes no
# Homebrew: it compares the digest, unpacks the archive of the source, builds and installs into the
# folder, and runs the formula's test. Methods that Homebrew has and this has not are failures.
require "digest"
require "open3"
require "pathname"
require "tmpdir"

formula, archive, folder = ARGV.map { |path| Pathname(path).expand_path }

module Utils
  def self.safe_popen_read(*command)
    out, status = Open3.capture2(*command.map(&:to_s))
    status.success? ? out : raise("#{command.join(" ")}: #{status}")
  end
end

class Formula
  PREFIX = Pathname(ARGV[2]).expand_path
  class << self
    attr_reader :fields, :judge

    %i[desc homepage url sha256 license head depends_on].each do |name|
      define_method(name) { |*value, **options| ((@fields ||= {})[name] ||= []) << (value + [options]) }
    end

    def on_linux = yield

    def test(&block) = @judge = block

    def field(name) = fields.fetch(name).first.first
  end

  def version = self.class.field(:url)[/backupdoctor-(.+)\.tar\.gz\z/, 1]

  def bin = PREFIX/"bin"

  def man1 = PREFIX/"share/man/man1"

  def system(*command) = Kernel.system(*command.map(&:to_s), exception: true)

  def std_go_args(ldflags:) = ["-trimpath", "-o=#{bin}/backupdoctor", "-ldflags=#{ldflags.join(" ")}"]

  def generate_completions_from_executable(program, *arguments, shells:)
    shells.each do |shell|
      raise "no completions for #{shell}" if Utils.safe_popen_read(program, *arguments, shell).empty?
    end
  end

  def shell_output(command)
    out, status = Open3.capture2(command)
    status.success? ? out : raise("#{command}: #{status}")
  end

  def assert_match(part, text)
    raise "#{text.inspect} has no #{part.inspect}" unless text.match?(part.is_a?(String) ? Regexp.new(Regexp.escape(part)) : part)
  end
end

load formula.to_s
made = Backupdoctor
raise "the digest of #{archive} is another" if Digest::SHA256.file(archive).hexdigest != made.field(:sha256)
raise "the address names another archive" unless made.field(:url).end_with?("/#{archive.basename}")
raise "the description is longer than 80 characters" if made.field(:desc).length > 80

Dir.mktmpdir do |source|
  Kernel.system("tar", "-xzf", archive.to_s, "-C", source, "--strip-components=1", exception: true)
  Dir.chdir(source) do
    made.new.man1.mkpath
    made.new.install
  end
  made.new.instance_eval(&made.judge)
end
puts "built #{made.new.version} from #{archive.basename}"
